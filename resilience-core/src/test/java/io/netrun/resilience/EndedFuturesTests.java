package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.context.ContextRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The future of a call that has ended keeps nothing but its result, so that it may be kept, as in a cache. */
@org.junit.jupiter.api.Timeout(60)
class EndedFuturesTests {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final ManualTicker TICKER = new ManualTicker();

    private final ThreadLocal<Object> request = new ThreadLocal<>();

    /** How a call ends. */
    enum End {
        RESULT {
            @Override
            void end(CompletableFuture<Object> own, CompletableFuture<Object> call) {
                own.complete("result");
            }
        },
        FAILURE {
            @Override
            void end(CompletableFuture<Object> own, CompletableFuture<Object> call) {
                own.completeExceptionally(new IllegalArgumentException("down"));
            }
        },
        CANCEL {
            @Override
            void end(CompletableFuture<Object> own, CompletableFuture<Object> call) {
                call.cancel(true);
            }
        };

        abstract void end(CompletableFuture<Object> own, CompletableFuture<Object> call);
    }

    @BeforeEach
    void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor("request", request);
    }

    @AfterEach
    void remove() {
        ContextRegistry.getInstance().removeThreadLocalAccessor("request");
        request.remove();
    }

    static Stream<Arguments> policiesAndEnds() {
        return Stream.of(End.values())
                .flatMap(end -> Stream.of(
                                Timeout.of("t", TimeoutConfig.defaults(), TICKER),
                                Retry.of(
                                        "r",
                                        RetryConfig.builder()
                                                .exceptions(IOException.class)
                                                .build(),
                                        TICKER),
                                Fallback.of("f", c -> c.handle(IllegalArgumentException.class, e -> "else")),
                                Hedge.of(
                                        "h", HedgeConfig.builder().delay(SECOND).build(), TICKER),
                                breakerWithListener(),
                                Bulkhead.of("b"))
                        .map(policy -> Arguments.of(policy, end)));
    }

    @ParameterizedTest
    @MethodSource("policiesAndEnds")
    void endedFutureShouldKeepNeitherBodyNorContext(Policy policy, End end) {
        Kept kept = new Kept();
        CompletableFuture<Object> own = new CompletableFuture<>();
        CompletableFuture<Object> call = kept.call(policy, own);
        end.end(own, call);
        kept.assertGone(call, policy);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void endedFutureOfAQueuedCallShouldKeepNothing(End end) {
        Bulkhead full = Bulkhead.of(
                "b", BulkheadConfig.builder().maxConcurrent(1).maxWait(SECOND).build(), TICKER);
        CompletableFuture<Object> first = new CompletableFuture<>();
        full.callAsync(() -> first);
        Kept kept = new Kept();
        CompletableFuture<Object> own = new CompletableFuture<>();
        CompletableFuture<Object> call = kept.call(full, own);
        if (end != End.CANCEL) {
            first.complete("first");
        }
        end.end(own, call);
        await().until(call::isDone);
        first.complete("first");
        kept.assertGone(call, full);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void endedFutureOfARetriedCallShouldKeepNothing(End end) {
        Retry retry = Retry.of(
                "r",
                RetryConfig.builder()
                        .exceptions(IOException.class)
                        .jitter(false)
                        .build(),
                TICKER);
        Kept kept = new Kept();
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Object> own = new CompletableFuture<>();
        CompletableFuture<Object> first = failed();
        WeakReference<?> failure =
                new WeakReference<>(first.handle((value, thrown) -> thrown).join());
        AtomicReference<CompletableFuture<Object>> next = new AtomicReference<>(first);
        first = own;
        CompletableFuture<Object> call = kept.call(retry, () -> {
            attempts.incrementAndGet();
            return next.getAndSet(own);
        });
        if (end != End.CANCEL) {
            TICKER.advance(SECOND);
            await().until(() -> attempts.get() == 2);
        }
        end.end(own, call);
        await().until(call::isDone);
        kept.assertGone(call, retry);
        await().until(() -> {
            System.gc();
            return failure.get() == null;
        });
        Reference.reachabilityFence(call);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void endedFutureOfAPipelineShouldKeepNothing(End end) {
        Pipeline pipeline = Pipeline.of(
                Fallback.of("f", c -> c.handle(IllegalArgumentException.class, e -> "else")),
                Timeout.of("t", TimeoutConfig.defaults(), TICKER),
                Bulkhead.of("b"),
                Retry.of(
                        "r", RetryConfig.builder().exceptions(IOException.class).build(), TICKER),
                Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), TICKER),
                breakerWithListener());
        Kept kept = new Kept();
        CompletableFuture<Object> own = new CompletableFuture<>();
        CompletableFuture<Object> call = kept.call(pipeline, own);
        end.end(own, call);
        kept.assertGone(call, pipeline);
    }

    private static CompletableFuture<Object> failed() {
        return CompletableFuture.failedFuture(new IOException("first"));
    }

    private static CircuitBreaker breakerWithListener() {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        breaker.onStateChange((from, to) -> {});
        return breaker;
    }

    /** What a call captures: an object of its body's, and one of its caller's context. */
    private final class Kept {

        private WeakReference<?> ofBody = new WeakReference<>(null);
        private WeakReference<?> ofContext = new WeakReference<>(null);

        CompletableFuture<Object> call(Guard guard, CompletableFuture<Object> own) {
            return call(guard, () -> own);
        }

        CompletableFuture<Object> call(Guard guard, CheckedSupplier<CompletableFuture<Object>, RuntimeException> body) {
            Object captured = new Object();
            ofBody = new WeakReference<>(captured);
            Object context = new Object();
            ofContext = new WeakReference<>(context);
            request.set(context);
            try {
                return guard.callAsync(() -> {
                    Reference.reachabilityFence(captured);
                    return body.get();
                });
            } finally {
                request.remove();
            }
        }

        void assertGone(CompletableFuture<?> call, Guard guard) {
            assertThat(call).isDone();
            await().until(() -> {
                System.gc();
                return ofBody.get() == null && ofContext.get() == null;
            });
            Reference.reachabilityFence(call);
            Reference.reachabilityFence(guard);
        }
    }
}
