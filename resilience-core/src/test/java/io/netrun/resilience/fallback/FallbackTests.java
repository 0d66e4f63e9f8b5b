package io.netrun.resilience.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.micrometer.context.ContextRegistry;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.retry.Retry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackTests {

    /** The ways of making the same call. */
    enum Mode {
        SYNC {
            @Override
            String call(Fallback fallback, CheckedSupplier<String, Throwable> body) throws Throwable {
                return fallback.call(body);
            }
        },
        ASYNC_AT_ONCE {
            @Override
            String call(Fallback fallback, CheckedSupplier<String, Throwable> body) throws Throwable {
                return result(fallback.callAsync(() -> ended(body)));
            }
        },
        ASYNC_LATER {
            @Override
            String call(Fallback fallback, CheckedSupplier<String, Throwable> body) throws Throwable {
                CompletableFuture<String> later = new CompletableFuture<>();
                CompletableFuture<String> call = fallback.callAsync(() -> later);
                try {
                    later.complete(body.get());
                } catch (Throwable failure) {
                    later.completeExceptionally(failure);
                }
                return result(call);
            }
        };

        abstract String call(Fallback fallback, CheckedSupplier<String, Throwable> body) throws Throwable;

        private static CompletableFuture<String> ended(CheckedSupplier<String, Throwable> body) {
            try {
                return CompletableFuture.completedFuture(body.get());
            } catch (Throwable failure) {
                return CompletableFuture.failedFuture(failure);
            }
        }

        private static String result(CompletableFuture<String> call) throws Throwable {
            try {
                return call.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw e.getCause();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void successShouldPass(Mode mode) throws Throwable {
        Fallback fallback = Fallback.of("test", c -> c.value("fallback"));
        assertThat(mode.call(fallback, () -> "result")).isEqualTo("result");
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void valueShouldReplaceAFailure(Mode mode) throws Throwable {
        Fallback fallback = Fallback.of("test", c -> c.value("fallback"));
        assertThat(mode.call(fallback, failing(new IOException()))).isEqualTo("fallback");
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(1, 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void closestHandlerShouldBeAskedWhateverTheirOrder(Mode mode) throws Throwable {
        Fallback fallback = Fallback.of(
                "test",
                c -> c.handle(FileNotFoundException.class, e -> "no file")
                        .handle(e -> "anything")
                        .handle(IOException.class, e -> "io"));
        assertThat(mode.call(fallback, failing(new FileNotFoundException()))).isEqualTo("no file");
        assertThat(mode.call(fallback, failing(new IOException()))).isEqualTo("io");
        assertThat(mode.call(fallback, failing(new IllegalStateException()))).isEqualTo("anything");
    }

    @ParameterizedTest
    @EnumSource
    void failureWithoutAHandlerShouldPassUnchanged(Mode mode) {
        Fallback fallback = Fallback.of("test", c -> c.handle(IOException.class, e -> "io"));
        IllegalStateException failure = new IllegalStateException();
        assertThatThrownBy(() -> mode.call(fallback, failing(failure))).isSameAs(failure);
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 0, 1, 0));
    }

    @ParameterizedTest
    @EnumSource
    void errorShouldPassUnlessNamed(Mode mode) throws Throwable {
        AssertionError error = new AssertionError();
        assertThatThrownBy(() -> mode.call(Fallback.of("test", c -> c.value("x")), failing(error)))
                .isSameAs(error);
        Fallback named = Fallback.of("test", c -> c.handle(AssertionError.class, e -> "named"));
        assertThat(mode.call(named, failing(error))).isEqualTo("named");
    }

    @ParameterizedTest
    @EnumSource
    void wrappedFailureShouldReachItsHandlerWithoutTheWrapping(Mode mode) throws Throwable {
        IOException failure = new IOException();
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Fallback fallback = Fallback.of(
                "test",
                c -> c.handle(IOException.class, e -> {
                    seen.set(e);
                    return "io";
                }));
        assertThat(mode.call(fallback, failing(new CompletionException(failure))))
                .isEqualTo("io");
        assertThat(seen).hasValue(failure);
    }

    @ParameterizedTest
    @EnumSource
    void handlerThatNamesAWrapperShouldReceiveIt(Mode mode) throws Throwable {
        ExecutionException wrapper = new ExecutionException(new CompletionException(new IOException("inside")));
        List<Throwable> received = new ArrayList<>();
        Fallback outer = Fallback.of(
                "outer",
                c -> c.handle(Exception.class, e -> "any").handle(ExecutionException.class, e -> {
                    received.add(e);
                    return "outer";
                }));
        assertThat(mode.call(outer, () -> {
                    throw wrapper;
                }))
                .isEqualTo("outer");
        assertThat(received).containsExactly(wrapper);

        Fallback inner = Fallback.of("inner", c -> c.handle(CompletionException.class, e -> "inner"));
        assertThat(mode.call(inner, () -> {
                    throw wrapper;
                }))
                .isEqualTo("inner");
    }

    @Test
    void wrapperInsideARetryShouldReachItsHandler() throws Exception {
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handle(RuntimeException.class, e -> "other").handle(ExecutionException.class, e -> "inside"));
        Retry retry = Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ZERO));
        String result = Pipeline.of(fallback, retry).call(() -> {
            throw new ExecutionException(new IOException("inside"));
        });
        assertThat(result).isEqualTo("inside");
    }

    /** What it wraps is always a new one, as with an exception that is translated whenever it is read. */
    private static final class Unending extends CompletionException {

        private final boolean wrapped;

        Unending(boolean wrapped) {
            super("down", null);
            this.wrapped = wrapped;
        }

        @Override
        public synchronized Throwable getCause() {
            return wrapped ? new ExecutionException(new Unending(true)) : new Unending(false);
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrapperWithoutAnEndShouldBeAFailureItself(Mode mode) {
        Fallback any = Fallback.of("any", c -> c.handle(Exception.class, e -> "any"));
        Fallback value = Fallback.of("value", c -> c.value("value"));
        Fallback kept = Fallback.of("kept", c -> c.value("kept").stale(Duration.ofMinutes(1)));
        Fallback own = Fallback.of(
                "own", c -> c.handler(new FallbackHandler(Exception.class, (failure, call) -> "own", false)));
        Fallback wrapper = Fallback.of("wrapper", c -> c.handle(CompletionException.class, e -> "wrapper"));
        Fallback other = Fallback.of("other", c -> c.handle(IllegalStateException.class, e -> "other"));
        Retry retry = Retry.of("retry", c -> c.maxAttempts(2).baseDelay(Duration.ZERO));
        for (boolean wrapped : new boolean[] {false, true}) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                for (Fallback each : List.of(any, value, kept, own, wrapper)) {
                    assertThat(mode.call(each, failing(new Unending(wrapped)))).isEqualTo(each.name());
                    assertThat(Pipeline.of(each, retry).call(failing(new Unending(wrapped))))
                            .isEqualTo(each.name());
                }
                assertThatThrownBy(() -> mode.call(other, failing(new Unending(wrapped))))
                        .isInstanceOf(Exception.class);
            });
        }
        assertThat(other.metrics()).isEqualTo(new FallbackMetrics(0, 0, 2, 0));
    }

    @ParameterizedTest
    @EnumSource
    void wrapperThatIsReadAnewShouldReachTheHandlers(Mode mode) throws Throwable {
        class Translated extends CompletionException {

            Translated() {
                super("down", null);
            }

            @Override
            public synchronized Throwable getCause() {
                return new ExecutionException(new IOException("inside"));
            }
        }
        Fallback inside = Fallback.of("f", c -> c.handle(e -> "any").handle(IOException.class, e -> "inside"));
        assertThat(mode.call(inside, failing(new Translated()))).isEqualTo("inside");
        Fallback wrapper = Fallback.of("f", c -> c.handle(e -> "any").handle(ExecutionException.class, e -> "wrapper"));
        assertThat(mode.call(wrapper, failing(new Translated()))).isEqualTo("wrapper");
    }

    @ParameterizedTest
    @EnumSource
    void cancellationOfTheBodysOwnShouldBeAFailureLikeOthers(Mode mode) throws Throwable {
        Fallback fallback = Fallback.of("test", c -> c.value("fallback"));
        assertThat(mode.call(fallback, failing(new CancellationException()))).isEqualTo("fallback");
    }

    @Test
    void callCancelledByItsHolderShouldNotBeRecovered() {
        Fallback fallback = Fallback.of("test", c -> c.value("fallback"));
        CompletableFuture<String> call = fallback.callAsync(CompletableFuture::new);
        call.cancel(true);
        assertThat(call).isCancelled();
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 0, 0, 0));
    }

    @Test
    void interruptedCallShouldNotBeRecovered() {
        Fallback fallback = Fallback.of("test", c -> c.value("fallback"));
        assertThatThrownBy(() -> fallback.run(() -> {
                    throw new InterruptedException();
                }))
                .isInstanceOf(InterruptedException.class);
    }

    @ParameterizedTest
    @EnumSource
    void handlerThatFailsShouldFailTheCallAndLeaveItsExceptionAlone(Mode mode) {
        IOException first = new IOException("first");
        IllegalStateException second = new IllegalStateException("second");
        Fallback fallback = Fallback.of(
                "test",
                c -> c.handle(e -> {
                    throw second;
                }));
        List<FallbackEvent.Failed> events = new CopyOnWriteArrayList<>();
        fallback.on(FallbackEvent.Failed.class, events::add);
        assertThatThrownBy(() -> mode.call(fallback, failing(first)))
                .isSameAs(second)
                .hasNoSuppressedExceptions();
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.failure()).isSameAs(first);
            assertThat(event.thrown()).isSameAs(second);
        });
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 1, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void handlerThatThrowsWhatItGotShouldLeaveTheFailureAsItWas(Mode mode) {
        IllegalStateException failure = new IllegalStateException();
        Fallback fallback = Fallback.of(
                "test",
                c -> c.handle(IllegalStateException.class, e -> {
                    throw e;
                }));
        assertThatThrownBy(() -> mode.call(fallback, failing(failure)))
                .isSameAs(failure)
                .hasNoSuppressedExceptions();
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 0, 1, 0));
    }

    @ParameterizedTest
    @EnumSource
    void handlerThatWrapsWhatItGotShouldNotHaveItSuppressedToo(Mode mode) {
        IOException first = new IOException("first");
        Fallback fallback = Fallback.of(
                "test",
                c -> c.handle(e -> {
                    throw new IllegalStateException(e);
                }));
        assertThatThrownBy(() -> mode.call(fallback, failing(first)))
                .isInstanceOf(IllegalStateException.class)
                .hasCause(first)
                .hasNoSuppressedExceptions();
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 1, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void listenerThatThrowsShouldBreakNothing(Mode mode) throws Throwable {
        Fallback fallback = Fallback.of("test", c -> c.value("fallback"));
        List<Throwable> heard = new ArrayList<>();
        fallback.onRecovered(event -> {
            heard.add(event.failure());
            throw new AssertionError("listener");
        });
        IOException failure = new IOException();
        assertThat(mode.call(fallback, failing(failure))).isEqualTo("fallback");
        assertThat(heard).containsExactly(failure);
    }

    @Test
    void rejectionShouldBeAFailureLikeAnyOther() {
        CircuitBreaker breaker = CircuitBreaker.of("down");
        breaker.forceOpen();
        Pipeline pipeline =
                Pipeline.of(Fallback.of("test", c -> c.handle(CircuitOpenException.class, e -> "cached")), breaker);
        assertThat(pipeline.<String, RuntimeException>call(() -> "fresh")).isEqualTo("cached");
    }

    @Test
    void handlerShouldSeeTheCall() {
        Object[] seen = new Object[1];
        Fallback fallback = Fallback.of(
                "test",
                c -> c.handler(new FallbackHandler(Exception.class, (failure, call) -> {
                    seen[0] = call;
                    return "x";
                })));
        CheckedSupplier<String, IOException> body = () -> {
            throw new IOException();
        };
        assertThat(fallback.decorate(() -> "").get()).isEmpty();
        assertThat(catching(fallback, body)).isEqualTo("x");
        assertThat(seen[0]).isSameAs(body);
    }

    // ---- asynchronous handlers

    @Test
    void stageOfAHandlerShouldBeFollowed() {
        CompletableFuture<String> other = new CompletableFuture<>();
        Fallback fallback = Fallback.of("test", c -> c.handle(e -> other));
        CompletableFuture<String> call = fallback.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
        assertThat(call).isNotDone();
        other.complete("later");
        assertThat(call).isCompletedWithValue("later");
    }

    @Test
    void cancelShouldReachTheHandlersOwnCall() {
        CompletableFuture<String> other = new CompletableFuture<>();
        Fallback fallback = Fallback.of("test", c -> c.handle(e -> other));
        CompletableFuture<String> call = fallback.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
        call.cancel(true);
        assertThat(other).isCancelled();
    }

    @Test
    void cancelShouldReachTheCallAndAskNoHandler() {
        List<Throwable> asked = new ArrayList<>();
        Fallback fallback = Fallback.of("test", c -> c.handle(e -> asked.add(e)));
        CompletableFuture<Boolean> own = new CompletableFuture<>();
        fallback.callAsync(() -> own).cancel(true);
        assertThat(own).isCancelled();
        assertThat(asked).isEmpty();
    }

    @Test
    void handlerOnAnotherThreadShouldHaveTheCallersContext() throws Exception {
        ThreadLocal<String> context = new ThreadLocal<>();
        ContextRegistry.getInstance().registerThreadLocalAccessor("fallback-test", context);
        context.set("request 7");
        try {
            CompletableFuture<String> own = new CompletableFuture<>();
            Fallback fallback = Fallback.of("test", c -> c.handle(e -> context.get()));
            CompletableFuture<String> call = fallback.callAsync(() -> own);
            Thread other = new Thread(() -> own.completeExceptionally(new IOException()));
            other.start();
            assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("request 7");
        } finally {
            context.remove();
            ContextRegistry.getInstance().removeThreadLocalAccessor("fallback-test");
        }
    }

    @Test
    void changedCopyShouldKeepTheHandlers() {
        FallbackConfig first =
                FallbackConfig.builder().handle(IOException.class, e -> "io").build();
        FallbackConfig both = first.toBuilder()
                .handle(CircuitOpenException.class, e -> "open")
                .build();
        assertThat(both.handlers()).hasSize(2).startsWith(first.handlers().get(0));
        assertThat(first.handlers()).hasSize(1);
    }

    @Test
    void twoHandlersForTheSameTypeShouldBeRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Fallback.of("test", c -> c.handle(failure -> "a").handle(failure -> "b")))
                .withMessage("handlers are for [java.lang.Exception, java.lang.Exception]:"
                        + " must be at most one for each kind of failure");
    }

    private static String catching(Fallback fallback, CheckedSupplier<String, IOException> body) {
        try {
            return fallback.call(body);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static CheckedSupplier<String, Throwable> failing(Throwable failure) {
        return () -> {
            throw failure;
        };
    }
}
