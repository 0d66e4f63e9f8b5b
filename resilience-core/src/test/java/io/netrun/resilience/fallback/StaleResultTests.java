package io.netrun.resilience.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class StaleResultTests {

    private static final Duration STALE = Duration.ofMinutes(10);

    private final ManualTicker ticker = new ManualTicker();

    /** The ways of making the same call. */
    enum Mode {
        SYNC {
            @Override
            Object call(Fallback fallback, Object key, CheckedSupplier<Object, Exception> body) throws Exception {
                return fallback.call(CacheableCall.of(key, body));
            }
        },
        ASYNC_AT_ONCE {
            @Override
            Object call(Fallback fallback, Object key, CheckedSupplier<Object, Exception> body) throws Exception {
                return fallback.callAsync(CacheableCall.of(key, () -> ended(body)))
                        .get();
            }
        },
        ASYNC_LATER {
            @Override
            Object call(Fallback fallback, Object key, CheckedSupplier<Object, Exception> body) throws Exception {
                CompletableFuture<Object> later = new CompletableFuture<>();
                CompletionStage<Object> call = fallback.callAsync(CacheableCall.of(key, () -> later));
                ended(body).whenComplete((value, failure) -> {
                    if (failure == null) {
                        later.complete(value);
                    } else {
                        later.completeExceptionally(failure);
                    }
                });
                return call.toCompletableFuture().get();
            }
        },
        MONO {
            @Override
            Object call(Fallback fallback, Object key, CheckedSupplier<Object, Exception> body) {
                return ReactorGuard.of(fallback)
                        .mono(new KeyedMono(key, () -> Mono.fromFuture(ended(body))))
                        .block();
            }
        };

        abstract Object call(Fallback fallback, Object key, CheckedSupplier<Object, Exception> body) throws Exception;

        private static CompletableFuture<Object> ended(CheckedSupplier<Object, Exception> body) {
            try {
                return CompletableFuture.completedFuture(body.get());
            } catch (Throwable failure) {
                return CompletableFuture.failedFuture(failure);
            }
        }
    }

    private record KeyedMono(Object cacheKey, Supplier<Mono<Object>> source)
            implements CacheableCall, Supplier<Mono<Object>> {

        @Override
        public Mono<Object> get() {
            return source.get();
        }
    }

    @ParameterizedTest
    @EnumSource
    void lastResultShouldReplaceAFailure(Mode mode) throws Exception {
        Fallback fallback = fallback(c -> {});
        List<FallbackEvent.Recovered> events = new ArrayList<>();
        fallback.onRecovered(events::add);
        mode.call(fallback, 1, () -> "older");
        mode.call(fallback, 1, () -> "last");
        ticker.advance(Duration.ofMinutes(9));
        assertThat(mode.call(fallback, 1, failing(new IOException()))).isEqualTo("last");
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(1, 0, 0, 1));
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.age()).isEqualTo(Duration.ofMinutes(9)));
    }

    @ParameterizedTest
    @EnumSource
    void resultThatIsTooOldShouldNotBeUsed(Mode mode) throws Exception {
        Fallback fallback = fallback(c -> {});
        mode.call(fallback, 1, () -> "last");
        ticker.advance(STALE);
        assertThatThrownBy(() -> mode.call(fallback, 1, failing(new IOException("down"))))
                .hasStackTraceContaining("down");
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 0, 1, 0));
    }

    @ParameterizedTest
    @EnumSource
    void staleResultShouldNotBecomeYounger(Mode mode) throws Exception {
        Fallback fallback = fallback(c -> c.value("none"));
        mode.call(fallback, 1, () -> "last");
        ticker.advance(Duration.ofMinutes(6));
        assertThat(mode.call(fallback, 1, failing(new IOException()))).isEqualTo("last");
        ticker.advance(Duration.ofMinutes(6));
        assertThat(mode.call(fallback, 1, failing(new IOException()))).isEqualTo("none");
        assertThat(mode.call(fallback, 1, failing(new IOException()))).isEqualTo("none");
    }

    @ParameterizedTest
    @EnumSource
    void eachKeyShouldHaveItsOwnResult(Mode mode) throws Exception {
        Fallback fallback = fallback(c -> c.value("none"));
        mode.call(fallback, 1, () -> "one");
        mode.call(fallback, 2, () -> "two");
        assertThat(mode.call(fallback, 1, failing(new IOException()))).isEqualTo("one");
        assertThat(mode.call(fallback, 2, failing(new IOException()))).isEqualTo("two");
        assertThat(mode.call(fallback, 3, failing(new IOException()))).isEqualTo("none");
    }

    @ParameterizedTest
    @EnumSource
    void nullShouldBeAResult(Mode mode) throws Exception {
        Fallback fallback = fallback(c -> c.value("none"));
        mode.call(fallback, 1, () -> null);
        assertThat(mode.call(fallback, 1, failing(new IOException()))).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void errorShouldPass(Mode mode) throws Exception {
        Fallback fallback = fallback(c -> {});
        mode.call(fallback, 1, () -> "last");
        AssertionError error = new AssertionError("broken");
        assertThatThrownBy(() -> mode.call(fallback, 1, () -> {
                    throw error;
                }))
                .satisfiesAnyOf(
                        thrown -> assertThat(thrown).isSameAs(error),
                        thrown -> assertThat(thrown).hasRootCause(error));
    }

    @ParameterizedTest
    @EnumSource
    void keyThatThrowsShouldNotFailTheCall(Mode mode) throws Exception {
        Fallback fallback = fallback(c -> c.value("none"));
        Object key = new Object() {
            @Override
            public int hashCode() {
                throw new IllegalStateException("no hash");
            }
        };
        assertThat(mode.call(fallback, key, () -> "result")).isEqualTo("result");
        assertThat(mode.call(fallback, key, failing(new IOException()))).isEqualTo("none");
    }

    /** A key that works during its call, such as an entity until its session is closed. */
    private static final class Entity {

        private final boolean failsInHash;
        private volatile boolean closed;

        Entity(boolean failsInHash) {
            this.failsInHash = failsInHash;
        }

        @Override
        public int hashCode() {
            requireOpen(failsInHash);
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            requireOpen(!failsInHash);
            return other == this;
        }

        private void requireOpen(boolean failing) {
            if (closed && failing) {
                throw new IllegalStateException("closed");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keyThatThrowsLaterShouldNotPreventTheEvictionOfOthers(boolean inHash) throws Exception {
        Fallback fallback = fallback(c -> c.maxStaleResults(2).value("none"));
        Entity bad = new Entity(inHash);
        Mode.SYNC.call(fallback, bad, () -> "bad");
        bad.closed = true;
        for (int key = 0; key < 100; key++) {
            int result = key;
            Mode.SYNC.call(fallback, key, () -> result);
        }
        int kept = 0;
        for (int key = 0; key < 100; key++) {
            kept += Mode.SYNC.call(fallback, key, failing(new IOException())).equals(key) ? 1 : 0;
        }
        assertThat(kept).isLessThanOrEqualTo(2);
    }

    @Test
    void keyThatChangesLaterShouldNotPreventTheEvictionOfOthers() throws Exception {
        Fallback fallback = fallback(c -> c.maxStaleResults(2).value("none"));
        List<Object> changing = new ArrayList<>();
        Mode.SYNC.call(fallback, changing, () -> "changing");
        changing.add("changed");
        for (int key = 0; key < 100; key++) {
            int result = key;
            Mode.SYNC.call(fallback, key, () -> result);
        }
        changing.clear();
        assertThat(Mode.SYNC.call(fallback, changing, failing(new IOException())))
                .isEqualTo("none");
    }

    @Test
    void callsWithoutAKeyShouldShareOneResult() throws Exception {
        Fallback fallback = fallback(c -> {});
        fallback.call(() -> "last");
        assertThat(fallback.<Object, Exception>call(failing(new IOException()))).isEqualTo("last");
    }

    @Test
    void streamShouldNotBeKept() {
        Fallback fallback = fallback(c -> c.value("none"));
        ReactorGuard guard = ReactorGuard.of(fallback);
        guard.flux(Flux.just("a", "b")).blockLast();
        assertThat(guard.flux(Flux.error(new IOException())).collectList().block())
                .containsExactly("none");
    }

    @Test
    void exceptionOfARetryShouldBeUnwrapped() throws Exception {
        Pipeline pipeline = Pipeline.of(fallback(c -> {}), Retry.of("test", c -> c.maxAttempts(1)));
        pipeline.call(() -> "last");
        assertThat(pipeline.<Object, Exception>call(failing(new IOException()))).isEqualTo("last");
    }

    @Test
    void resultOfAHandlerShouldNotBeKept() throws Exception {
        Fallback fallback = fallback(c -> c.value("none"));
        fallback.<Object, Exception>call(failing(new IOException()));
        fallback.reconfigure(c -> FallbackConfig.builder().stale(STALE).build());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> fallback.<Object, Exception>call(failing(new IOException())));
    }

    @Test
    void resultsBeyondTheBoundShouldBeDropped() throws Exception {
        Fallback fallback = fallback(c -> c.maxStaleResults(2).value("none"));
        for (int key = 0; key < 10; key++) {
            int result = key;
            Mode.SYNC.call(fallback, key, () -> result);
        }
        int kept = 0;
        for (int key = 0; key < 10; key++) {
            kept += Mode.SYNC.call(fallback, key, failing(new IOException())).equals(key) ? 1 : 0;
        }
        assertThat(kept).isEqualTo(2);
    }

    @Test
    void changedAgeShouldApplyToKeptResults() throws Exception {
        Fallback fallback = fallback(c -> c.value("none"));
        fallback.call(() -> "last");
        ticker.advance(Duration.ofMinutes(2));
        fallback.reconfigure(c -> c.toBuilder().stale(Duration.ofMinutes(1)).build());
        assertThat(fallback.<Object, Exception>call(failing(new IOException()))).isEqualTo("none");
    }

    @Test
    void resultsShouldBeDroppedWhenSwitchedOff() throws Exception {
        Fallback fallback = fallback(c -> {});
        fallback.call(() -> "last");
        fallback.setEnabled(false);
        fallback.call(() -> "unseen");
        fallback.setEnabled(true);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> fallback.<Object, Exception>call(failing(new IOException())));
    }

    @Test
    void lateResultOfACancelledCallShouldNotBeKept() {
        Fallback fallback = fallback(c -> c.value("none"));
        CompletableFuture<Object> later = new CompletableFuture<>();
        fallback.callAsync(() -> later).cancel(false);
        later.complete("late");
        assertThat(fallback.callAsync(() -> CompletableFuture.failedFuture(new CompletionException(new IOException())))
                        .join())
                .isEqualTo("none");
    }

    @Test
    void settingsOutOfRangeShouldBeRejected() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> fallback(c -> c.stale(Duration.ZERO)))
                .withMessage("stale is PT0S: must be above zero, such as 500ms or 5s");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> fallback(c -> c.maxStaleResults(0)))
                .withMessage("maxStaleResults is 0: must be between 1 and 1000000");
    }

    private Fallback fallback(Consumer<FallbackConfig.Builder> settings) {
        FallbackConfig.Builder builder = FallbackConfig.builder().stale(STALE);
        settings.accept(builder);
        return Fallback.of("test", builder.build(), ticker);
    }

    private static CheckedSupplier<Object, Exception> failing(Exception failure) {
        return () -> {
            throw failure;
        };
    }
}
