package io.netrun.resilience.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.github.resilience4j.bulkhead.ThreadPoolBulkhead;
import io.github.resilience4j.bulkhead.ThreadPoolBulkheadConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.retry.Jitter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Very many asynchronous calls that are pending at once, under a time limit, before a retry, or in the queue of a
 * bulkhead: what one costs to begin, to keep and to end. A program of its own, because JMH's calls end one after the
 * other. Its argument is the file for the results.
 */
public final class PendingCalls {

    private static final int CALLS = 100_000;
    private static final int ROUNDS = 7;
    private static final Duration LONG = Duration.ofMinutes(5);

    /** Failsafe starts asynchronous calls on other threads, so that they are pending when these have no more to do. */
    private static final ForkJoinPool FAILSAFE = new ForkJoinPool(1);

    private PendingCalls() {}

    /**
     * A library's way to have a call pending.
     *
     * @param kind what the call waits for
     * @param round makes what one round of calls needs
     */
    private record Subject(String kind, String name, Supplier<Round> round) {}

    /** One round of calls, each of which gets a future that is its body's. */
    private abstract static class Round {

        /** Begins a call; its future or another that ends with it. */
        abstract Future<?> begin(CompletableFuture<Object> body);

        /** Ends all calls. By default their bodies end. */
        void end(List<CompletableFuture<Object>> bodies, List<Future<?>> calls) {
            bodies.forEach(body -> body.complete(body));
        }

        /** What is left to stop. */
        void stop() {}

        static Round of(Function<CompletableFuture<Object>, Future<?>> begin) {
            return new Round() {
                @Override
                Future<?> begin(CompletableFuture<Object> body) {
                    return begin.apply(body);
                }
            };
        }

        /** Calls that are cancelled, since what they wait for is hours away. */
        static Round cancelled(Function<CompletableFuture<Object>, Future<?>> begin, Runnable stop) {
            return new Round() {
                @Override
                Future<?> begin(CompletableFuture<Object> body) {
                    return begin.apply(body);
                }

                @Override
                void end(List<CompletableFuture<Object>> bodies, List<Future<?>> calls) {
                    calls.forEach(call -> call.cancel(false));
                }

                @Override
                void stop() {
                    stop.run();
                }
            };
        }

        /** Calls that begin when the one before them ends. */
        static Round queued(Function<CompletableFuture<Object>, Future<?>> begin, Runnable release, Runnable stop) {
            return new Round() {
                @Override
                Future<?> begin(CompletableFuture<Object> body) {
                    body.complete(body);
                    return begin.apply(body);
                }

                @Override
                void end(List<CompletableFuture<Object>> bodies, List<Future<?>> calls) {
                    release.run();
                }

                @Override
                void stop() {
                    stop.run();
                }
            };
        }
    }

    /** What one call costs. */
    public record Result(String kind, String subject, int calls, double nanosToSet, double nanosToEnd, double bytes) {}

    public static void main(String[] arguments) throws IOException {
        List<Result> results = new ArrayList<>();
        for (Subject subject : subjects()) {
            try {
                results.add(measure(subject));
                System.out.println(results.get(results.size() - 1));
            } catch (IllegalStateException unfit) {
                System.err.println(unfit.getMessage());
            }
        }
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(arguments[0]), results);
        System.exit(0);
    }

    private static List<Subject> subjects() {
        ScheduledExecutorService scheduler = AsyncCalls.scheduler();
        Timeout timeout = Timeout.of("pending", c -> c.duration(LONG));
        TimeLimiter timeLimiter = TimeLimiter.of(LONG);
        FailsafeExecutor<Object> failsafe =
                Failsafe.with(dev.failsafe.Timeout.of(LONG)).with(FAILSAFE);
        return List.of(
                new Subject(
                        "limit",
                        "orTimeout",
                        () -> Round.of(body -> body.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS))),
                new Subject("limit", "netrun", () -> Round.of(body -> timeout.callAsync(() -> body))),
                new Subject(
                        "limit",
                        "resilience4j",
                        () -> Round.of(body -> timeLimiter
                                .executeCompletionStage(scheduler, () -> body)
                                .toCompletableFuture())),
                new Subject("limit", "failsafe", () -> Round.of(body -> failsafe.getStageAsync(() -> body))),
                new Subject("retry", "scheduled executor", PendingCalls::scheduled),
                new Subject("retry", "netrun", PendingCalls::retried),
                new Subject("retry", "resilience4j", PendingCalls::retriedByResilience4j),
                new Subject("queue", "pool of one thread", PendingCalls::pooled),
                new Subject("queue", "netrun", PendingCalls::queued),
                new Subject("queue", "resilience4j", PendingCalls::queuedByResilience4j));
    }

    private static Round scheduled() {
        ScheduledExecutorService scheduler = AsyncCalls.scheduler();
        return Round.cancelled(
                body -> scheduler.schedule(() -> body.complete(body), LONG.toSeconds(), TimeUnit.SECONDS),
                scheduler::shutdownNow);
    }

    private static CompletableFuture<Object> failed() {
        return CompletableFuture.failedFuture(FailingCall.Subject.DOWN);
    }

    private static Round retried() {
        Retry retry = Retry.of("pending", c -> c.baseDelay(LONG).maxDelay(LONG).jitter(Jitter.NONE));
        return Round.cancelled(body -> retry.callAsync(PendingCalls::failed), () -> {});
    }

    private static Round retriedByResilience4j() {
        ScheduledExecutorService scheduler = AsyncCalls.scheduler();
        var retry = io.github.resilience4j.retry.Retry.of(
                "pending",
                RetryConfig.custom().intervalFunction(IntervalFunction.of(LONG)).build());
        return Round.cancelled(
                body -> retry.executeCompletionStage(scheduler, PendingCalls::failed)
                        .toCompletableFuture(),
                scheduler::shutdownNow);
    }

    private static Round pooled() {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        CompletableFuture<Object> first = new CompletableFuture<>();
        pool.submit(first::join);
        return Round.queued(
                body -> CompletableFuture.supplyAsync(body::join, pool),
                () -> first.complete(first),
                pool::shutdownNow);
    }

    private static Round queued() {
        Bulkhead bulkhead =
                Bulkhead.of("pending", c -> c.maxConcurrent(1).maxQueue(CALLS).maxWait(LONG));
        CompletableFuture<Object> first = new CompletableFuture<>();
        bulkhead.callAsync(() -> first);
        return Round.queued(body -> bulkhead.callAsync(() -> body), () -> first.complete(first), () -> {});
    }

    private static Round queuedByResilience4j() {
        ThreadPoolBulkhead bulkhead = ThreadPoolBulkhead.of(
                "pending",
                ThreadPoolBulkheadConfig.custom()
                        .coreThreadPoolSize(1)
                        .maxThreadPoolSize(1)
                        .queueCapacity(CALLS)
                        .build());
        CompletableFuture<Object> first = new CompletableFuture<>();
        bulkhead.submit(first::join);
        return Round.queued(
                body -> bulkhead.submit(body::join).toCompletableFuture(), () -> first.complete(first), () -> {
                    try {
                        bulkhead.close();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    /** The median of some rounds, the first of which only warm up. */
    private static Result measure(Subject subject) {
        List<Result> rounds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            rounds.add(round(subject));
        }
        List<Result> warm = rounds.subList(2, ROUNDS);
        return warm.stream()
                .sorted(Comparator.comparingDouble(Result::nanosToSet))
                .toList()
                .get(warm.size() / 2);
    }

    private static Result round(Subject subject) {
        var bodies = new ArrayList<CompletableFuture<Object>>(CALLS);
        for (int i = 0; i < CALLS; i++) {
            bodies.add(new CompletableFuture<>());
        }
        var calls = new ArrayList<Future<?>>(CALLS);
        Round round = subject.round.get();
        try {
            long bytesBefore = usedBytes();
            long start = System.nanoTime();
            for (CompletableFuture<Object> body : bodies) {
                calls.add(round.begin(body));
            }
            FAILSAFE.awaitQuiescence(1, TimeUnit.MINUTES);
            long set = System.nanoTime();
            long bytes = usedBytes() - bytesBefore;
            Checks.require(calls.stream().noneMatch(Future::isDone), "every call of " + subject.name + " is pending");
            long ending = System.nanoTime();
            round.end(bodies, calls);
            calls.forEach(PendingCalls::await);
            long ended = System.nanoTime();
            return new Result(
                    subject.kind, subject.name, CALLS, perCall(set - start), perCall(ended - ending), perCall(bytes));
        } finally {
            round.stop();
        }
    }

    private static void await(Future<?> call) {
        try {
            if (!call.isCancelled()) {
                call.get(1, TimeUnit.MINUTES);
            }
        } catch (Exception e) {
            throw new IllegalStateException("a call did not end well", e);
        }
    }

    private static double perCall(long total) {
        return (double) total / CALLS;
    }

    private static long usedBytes() {
        long[] readings = new long[3];
        for (int i = 0; i < readings.length; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            readings[i] = runtime.totalMemory() - runtime.freeMemory();
        }
        return Arrays.stream(readings).min().orElseThrow();
    }
}
