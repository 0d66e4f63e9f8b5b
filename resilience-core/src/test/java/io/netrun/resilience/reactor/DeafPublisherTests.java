package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** A publisher that ignores its cancel, and keeps its subscriber for ever, does not keep what has ended without it. */
@org.junit.jupiter.api.Timeout(60)
class DeafPublisherTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final List<Subscriber<?>> kept = Collections.synchronizedList(new ArrayList<>());

    private static final class Reader extends BaseSubscriber<Object> {}

    /** Emits an element, if so wanted, and nothing further. */
    private Flux<Object> source(boolean emits) {
        return Flux.from(subscriber -> {
            kept.add(subscriber);
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long more) {
                    if (emits) {
                        subscriber.onNext(new Object());
                    }
                }

                @Override
                public void cancel() {}
            });
        });
    }

    private static void assertGone(WeakReference<?> reference) {
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            System.gc();
            return reference.get() == null;
        });
    }

    static Stream<Arguments> policies() {
        return Stream.of(true, false)
                .flatMap(emits -> Stream.of(
                        Arguments.of(CircuitBreaker.of("c"), emits),
                        Arguments.of(Bulkhead.of("b"), emits),
                        Arguments.of(Hedge.of("h"), emits),
                        Arguments.of(Pipeline.of(Timeout.of("t"), Retry.of("r"), CircuitBreaker.of("c")), emits)));
    }

    private WeakReference<Reader> subscribeAndCancel(Guard guard, boolean emits) {
        Reader reader = new Reader();
        ReactorGuard.of(guard).flux(source(emits)).subscribe(reader);
        reader.cancel();
        return new WeakReference<>(reader);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void cancelledSourceShouldNotKeepItsReader(Guard guard, boolean emits) {
        assertGone(subscribeAndCancel(guard, emits));
        assertThat(kept).hasSize(1);
        Reference.reachabilityFence(guard);
    }

    private WeakReference<Reader> subscribeUntilTheLimit() {
        Timeout timeout =
                Timeout.of("t", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        Reader reader = new Reader();
        ReactorGuard.of(timeout).flux(source(false)).subscribe(reader);
        ticker.advance(SECOND);
        await().until(reader::isDisposed);
        return new WeakReference<>(reader);
    }

    @Test
    void sourceThatTimedOutShouldNotKeepItsReader() {
        assertGone(subscribeUntilTheLimit());
        assertThat(kept).hasSize(1);
    }

    private WeakReference<Object> resultOfAnother() {
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), ticker);
        Object result = new Object();
        List<Object> received = Collections.synchronizedList(new ArrayList<>());
        Flux<Object> deaf = source(false);
        ReactorGuard.of(hedge)
                .flux(() -> kept.isEmpty() ? deaf : Flux.just(result))
                .subscribe(received::add);
        ticker.advance(SECOND);
        await().until(() -> !received.isEmpty());
        return new WeakReference<>(result);
    }

    @Test
    void sourceThatHasLostShouldNotKeepTheResult() {
        assertGone(resultOfAnother());
        assertThat(kept).hasSize(1);
    }
}
