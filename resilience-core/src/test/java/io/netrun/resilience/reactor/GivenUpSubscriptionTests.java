package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** A subscription that ends with the call around it is cancelled, as any source is, and shows no error before that. */
@org.junit.jupiter.api.Timeout(60)
class GivenUpSubscriptionTests {

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout limit = Timeout.of("outer", TimeoutConfig.defaults(), ticker);
    private final CircuitBreaker inner = CircuitBreaker.of("inner");
    private final AtomicInteger cancels = new AtomicInteger();
    private final List<Throwable> errorsBetween = new CopyOnWriteArrayList<>();
    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    private final List<Throwable> ends = new CopyOnWriteArrayList<>();

    @BeforeEach
    void watchDroppedErrors() {
        Hooks.onErrorDropped(dropped::add);
    }

    @AfterEach
    void resetHooks() {
        Hooks.resetOnErrorDropped();
    }

    /** Operators between the two guards. */
    enum Between {
        NOTHING(source -> source),
        MAP(source -> source.map(value -> value).filter(value -> true)),
        GROUP_BY(source -> source.groupBy(value -> value).flatMap(group -> group)),
        WINDOW(source -> source.window(3).flatMap(window -> window)),
        PUBLISH(source -> source.publish(one -> one.map(value -> value))),
        MERGE(source -> Flux.merge(source, Flux.never())),
        FLAT_MAP(source -> Flux.just(1).hide().flatMap(one -> source)),
        DELAYING_ERRORS(source -> Flux.just(1, 2).hide().flatMapDelayError(one -> source, 2, 2)),
        ZIP(source -> Flux.zip(source, Flux.never(), (value, other) -> value)),
        PUBLISH_ON(source -> source.publishOn(reactor.core.scheduler.Schedulers.parallel())),
        SWITCH_MAP(source -> Flux.just(1).hide().switchMap(one -> source));

        private final UnaryOperator<Flux<String>> of;

        Between(UnaryOperator<Flux<String>> of) {
            this.of = of;
        }
    }

    private Flux<String> between(Between operators) {
        Flux<String> source = Flux.<String>never().doOnCancel(cancels::incrementAndGet);
        return operators.of.apply(ReactorGuard.of(inner).flux(source).doOnError(errorsBetween::add));
    }

    private void assertThatNothingShowsAnError() {
        await().until(() -> cancels.get() > 0);
        await().until(() -> inner.metrics().totalFailed() + inner.metrics().totalCancelled() > 0);
        assertThat(errorsBetween).isEmpty();
        assertThat(dropped).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void limitAroundShouldBeACancellationForWhatIsBetween(Between operators) {
        ReactorGuard.of(limit).flux(() -> between(operators)).subscribe(value -> {}, ends::add);
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> !ends.isEmpty());
        assertThatNothingShowsAnError();
        assertThat(inner.metrics().totalFailed()).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void subscriberThatLeavesShouldBeACancellationForWhatIsBetween(Between operators) {
        Disposable subscription =
                ReactorGuard.of(limit).flux(() -> between(operators)).subscribe(value -> {}, ends::add);
        subscription.dispose();
        assertThatNothingShowsAnError();
        assertThat(ends).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.netrun.resilience.reactor.EveryGuard#guards")
    void subscriberThatLeavesAnyGuardShouldBeACancellation(Guard around) {
        ReactorGuard.of(around)
                .mono(() -> between(Between.NOTHING).next())
                .subscribe(value -> {}, ends::add)
                .dispose();
        assertThatNothingShowsAnError();
    }

    /** No operator leads from the outer call to this subscription, although the context is that of the call. */
    @Test
    void subscriptionThatIsNotCancelledShouldEndNevertheless() {
        Consumer<Throwable> end = ends::add;
        Mono<String> detached = Mono.create(sink -> ReactorGuard.of(inner)
                .mono(Mono.<String>never())
                .contextWrite(sink.contextView())
                .subscribe(sink::success, end));
        Disposable subscription = ReactorGuard.of(limit).mono(() -> detached).subscribe();
        subscription.dispose();
        await().until(() -> !ends.isEmpty());
        assertThat(ends).singleElement().isInstanceOf(CancellationException.class);
    }
}
