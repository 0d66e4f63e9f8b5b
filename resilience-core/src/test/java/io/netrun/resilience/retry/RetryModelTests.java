package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.RetryAfter;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Sync and async calls with random durations and outcomes of attempts, against a plain model of the documented order of
 * decisions.
 */
class RetryModelTests {

    private static final int NEVER = Integer.MAX_VALUE;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private enum End {
        WELL,
        RETRIABLE,
        BUSY,
        NOT_RETRIABLE,
        CANCELLED
    }

    /**
     * An attempt.
     *
     * @param hint in seconds, where its end is BUSY
     */
    private record Attempt(int seconds, End end, int hint) {

        @Nullable
        Exception failure() {
            return switch (end) {
                case WELL -> null;
                case RETRIABLE -> new IOException();
                case BUSY -> new Busy(Duration.ofSeconds(hint));
                case NOT_RETRIABLE -> new IllegalStateException();
                case CANCELLED -> new CancellationException();
            };
        }
    }

    private record Settings(int maxAttempts, int base, int multiplier, int maxDelay, int maxSeconds) {

        RetryConfig config() {
            return RetryConfig.builder()
                    .maxAttempts(maxAttempts)
                    .baseDelay(Duration.ofSeconds(base))
                    .backoffMultiplier(multiplier)
                    .maxDelay(Duration.ofSeconds(maxDelay))
                    .maxDuration(maxSeconds == NEVER ? null : Duration.ofSeconds(maxSeconds))
                    .jitter(false)
                    .exceptions(IOException.class)
                    .build();
        }
    }

    /**
     * What came of a call.
     *
     * @param how the end of its last attempt
     * @param attempts that were made
     * @param exhausted whether it gave up
     * @param seconds it took
     */
    private record Outcome(End how, int attempts, boolean exhausted, long seconds) {}

    @Property(tries = 3_000)
    void callShouldEndAsInTheModel(@ForAll("settings") Settings settings, @ForAll("attempts") List<Attempt> attempts) {
        Outcome expected = model(settings, attempts.iterator());
        assertThat(sync(settings, attempts.iterator())).isEqualTo(expected);
        assertThat(async(settings, attempts.iterator())).isEqualTo(expected);
    }

    private static Outcome model(Settings settings, Iterator<Attempt> attempts) {
        int made = 0;
        long time = 0;
        while (true) {
            Attempt attempt = attempts.next();
            made++;
            time += attempt.seconds;
            if (attempt.end != End.RETRIABLE && attempt.end != End.BUSY) {
                return new Outcome(attempt.end, made, false, time);
            }
            if (made == settings.maxAttempts) {
                return new Outcome(attempt.end, made, true, time);
            }
            long wait = (long) Math.min(settings.base * Math.pow(settings.multiplier, made - 1.0), settings.maxDelay);
            if (attempt.end == End.BUSY && attempt.hint > wait) {
                wait = Math.min(Math.min(attempt.hint, wait + 5), settings.maxDelay);
            }
            if (settings.maxSeconds != NEVER && settings.maxSeconds - time <= wait) {
                return new Outcome(attempt.end, made, true, time);
            }
            time += wait;
        }
    }

    private static Outcome sync(Settings settings, Iterator<Attempt> attempts) {
        ManualTicker ticker = new ManualTicker();
        Retry retry = Retry.of("model", settings.config(), ticker);
        long start = ticker.nanoTime();
        List<Attempt> made = new ArrayList<>();
        Throwable failure = null;
        try {
            retry.run(() -> {
                Attempt attempt = attempts.next();
                made.add(attempt);
                ticker.advance(Duration.ofSeconds(attempt.seconds));
                Exception thrown = attempt.failure();
                if (thrown != null) {
                    throw thrown;
                }
            });
        } catch (Exception e) {
            failure = e;
        }
        return outcome(made, failure, ticker.nanoTime() - start);
    }

    private static Outcome async(Settings settings, Iterator<Attempt> attempts) {
        ManualTicker ticker = new ManualTicker();
        Retry retry = Retry.of("model", settings.config(), ticker);
        long start = ticker.nanoTime();
        List<Attempt> made = new ArrayList<>();
        CompletableFuture<Outcome> outcome = retry.callAsync(() -> {
                    Attempt attempt = attempts.next();
                    made.add(attempt);
                    CompletableFuture<String> result = new CompletableFuture<>();
                    if (attempt.seconds == 0) {
                        end(result, attempt.failure());
                    } else {
                        ticker.schedule(
                                () -> end(result, attempt.failure()),
                                Duration.ofSeconds(attempt.seconds).toNanos());
                    }
                    return result;
                })
                .handle((result, failure) -> outcome(
                        made,
                        failure instanceof CompletionException ? failure.getCause() : failure,
                        ticker.nanoTime() - start));
        turn(ticker, outcome);
        assertThat(ticker.scheduledCount()).isZero();
        return outcome.join();
    }

    private static void end(CompletableFuture<String> result, @Nullable Exception failure) {
        if (failure == null) {
            result.complete("well");
        } else {
            result.completeExceptionally(failure);
        }
    }

    /** Time stands still while a worker is about to begin an attempt. */
    private static void turn(ManualTicker ticker, CompletableFuture<?> until) {
        long last = System.nanoTime() + PATIENCE.toNanos();
        while (!until.isDone()) {
            if (ticker.scheduledCount() > 0) {
                ticker.advance(Duration.ofSeconds(1));
            } else {
                assertThat(System.nanoTime() - last).as("time beyond patience").isNegative();
                Thread.onSpinWait();
            }
        }
    }

    private static Outcome outcome(List<Attempt> made, @Nullable Throwable failure, long nanos) {
        Attempt last = made.get(made.size() - 1);
        boolean exhausted = failure instanceof RetryExhaustedException;
        Throwable cause = exhausted ? failure.getCause() : failure;
        assertThat(cause == null ? null : cause.getClass())
                .isEqualTo(last.failure() == null ? null : last.failure().getClass());
        if (failure instanceof RetryExhaustedException e) {
            assertThat(e.attempts()).isEqualTo(made.size());
        }
        return new Outcome(
                last.end, made.size(), exhausted, Duration.ofNanos(nanos).toSeconds());
    }

    @Provide
    Arbitrary<Settings> settings() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 7),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(3, 20),
                        Arbitraries.oneOf(
                                Arbitraries.just(NEVER), Arbitraries.integers().between(1, 60)))
                .as(Settings::new);
    }

    /** As many as a call can make. */
    @Provide
    Arbitrary<List<Attempt>> attempts() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 9),
                        Arbitraries.frequency(
                                Tuple.of(2, End.WELL),
                                Tuple.of(8, End.RETRIABLE),
                                Tuple.of(4, End.BUSY),
                                Tuple.of(1, End.NOT_RETRIABLE),
                                Tuple.of(1, End.CANCELLED)),
                        Arbitraries.integers().between(0, 30))
                .as(Attempt::new)
                .list()
                .ofSize(7);
    }

    private static final class Busy extends IOException implements RetryAfter {

        private final Duration wait;

        Busy(Duration wait) {
            this.wait = wait;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(wait);
        }
    }
}
