package io.netrun.resilience.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.netrun.resilience.timeout.Timeout;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Very many asynchronous calls under a time limit at once, none of which ends before all have begun: what a timer costs
 * to set, to keep and to take back. A program of its own, because JMH's calls end one after the other. Its argument is
 * the file for the results.
 */
public final class PendingTimeouts {

    private static final int CALLS = 100_000;
    private static final int ROUNDS = 7;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** Failsafe starts asynchronous calls on other threads, so setting a limit ends when these have no more to do. */
    private static final ForkJoinPool FAILSAFE = new ForkJoinPool(1);

    private PendingTimeouts() {}

    /** A library's way to limit the time of a future. */
    private record Subject(String name, Function<CompletableFuture<Object>, CompletableFuture<Object>> limit) {}

    /** What one timer costs. */
    public record Result(String subject, int calls, double nanosToSet, double nanosToEnd, double bytes) {}

    public static void main(String[] arguments) throws IOException {
        ScheduledExecutorService scheduler = AsyncCalls.scheduler();
        List<Result> results = new ArrayList<>();
        try {
            for (Subject subject : subjects(scheduler)) {
                try {
                    results.add(measure(subject));
                } catch (IllegalStateException unfit) {
                    System.err.println(unfit.getMessage());
                }
            }
        } finally {
            scheduler.shutdownNow();
        }
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(arguments[0]), results);
    }

    private static List<Subject> subjects(ScheduledExecutorService scheduler) {
        Timeout timeout = Timeout.of("pending", c -> c.duration(LIMIT));
        TimeLimiter timeLimiter = TimeLimiter.of(LIMIT);
        FailsafeExecutor<Object> failsafe =
                Failsafe.with(dev.failsafe.Timeout.of(LIMIT)).with(FAILSAFE);
        return List.of(
                new Subject("orTimeout", call -> call.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)),
                new Subject("netrun", call -> timeout.callAsync(() -> call)),
                new Subject(
                        "resilience4j",
                        call -> timeLimiter
                                .executeCompletionStage(scheduler, () -> call)
                                .toCompletableFuture()),
                new Subject("failsafe", call -> failsafe.getStageAsync(() -> call)));
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
        var calls = new ArrayList<CompletableFuture<Object>>(CALLS);
        for (int i = 0; i < CALLS; i++) {
            calls.add(new CompletableFuture<>());
        }
        var limited = new ArrayList<CompletableFuture<Object>>(CALLS);
        long bytesBefore = usedBytes();
        long start = System.nanoTime();
        for (CompletableFuture<Object> call : calls) {
            limited.add(subject.limit.apply(call));
        }
        FAILSAFE.awaitQuiescence(1, TimeUnit.MINUTES);
        long set = System.nanoTime();
        long bytes = usedBytes() - bytesBefore;
        long ending = System.nanoTime();
        for (CompletableFuture<Object> call : calls) {
            call.complete(subject);
        }
        int came = 0;
        for (CompletableFuture<Object> future : limited) {
            came += future.join() == subject ? 1 : 0;
        }
        long ended = System.nanoTime();
        Checks.require(came == CALLS, "every call's result comes back from " + subject.name + ", not of " + came);
        return new Result(subject.name, CALLS, perCall(set - start), perCall(ended - ending), perCall(bytes));
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
