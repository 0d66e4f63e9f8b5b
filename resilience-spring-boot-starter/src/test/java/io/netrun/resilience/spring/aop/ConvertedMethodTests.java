package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;

/** The reactive types of other libraries, which are converted on the way in and out. */
@org.junit.jupiter.api.Timeout(60)
class ConvertedMethodTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withBean(Sensors.class);

    static List<Arguments> methods() {
        return List.of(
                method("Single", sensors -> sensors.single().blockingGet()),
                method("Maybe", sensors -> sensors.maybe().blockingGet()),
                method(
                        "Completable",
                        sensors ->
                                sensors.completable().andThen(Single.just("3")).blockingGet()),
                method("Flowable", sensors -> sensors.flowable().blockingSingle()),
                method("Observable", sensors -> sensors.observable().blockingSingle()),
                method("Uni", sensors -> sensors.uni().await().atMost(LONG)),
                method("Multi", sensors -> sensors.multi().toUni().await().atMost(LONG)),
                method(
                        "Flow.Publisher",
                        sensors -> Flux.from(FlowAdapters.toPublisher(sensors.flow()))
                                .blockLast(LONG)));
    }

    private static Arguments method(String type, Function<Sensors, String> call) {
        return Arguments.of(type, call);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void methodWhenItFailsShouldBeCalledAgain(String type, Function<Sensors, String> call) {
        runner.run(context -> {
            Sensors sensors = context.getBean(Sensors.class);
            assertThat(call.apply(sensors)).isEqualTo("3");
            assertThat(sensors.calls()).hasValue(3);
        });
    }

    @Test
    void methodWhenNobodySubscribesShouldNotBeCalled() {
        runner.run(context -> {
            Sensors sensors = context.getBean(Sensors.class);
            sensors.single();
            sensors.uni();
            sensors.multi();
            sensors.observable();
            assertThat(sensors.calls()).hasValue(0);
        });
    }

    @Test
    void fallbackMethodShouldReturnWhatTheOtherReturns() {
        runner.run(context -> {
            Sensors sensors = context.getBean(Sensors.class);
            assertThat(sensors.broken().blockingGet()).isEqualTo("cached");
            assertThat(sensors.brokenUni().await().atMost(LONG)).isEqualTo("cached");
        });
    }

    /** Each call fails twice. */
    static class Sensors {

        private final AtomicInteger calls = new AtomicInteger();

        AtomicInteger calls() {
            return calls;
        }

        @Retry(name = "sensors", baseDelay = "1ms")
        public Single<String> single() {
            return Single.fromCallable(reading(calls.incrementAndGet())::get);
        }

        @Retry(name = "sensors")
        public Maybe<String> maybe() {
            return Maybe.fromCallable(reading(calls.incrementAndGet())::get);
        }

        @Retry(name = "sensors")
        public Completable completable() {
            return Completable.fromCallable(reading(calls.incrementAndGet())::get);
        }

        @Retry(name = "sensors")
        public Flowable<String> flowable() {
            return Flowable.fromCallable(reading(calls.incrementAndGet())::get);
        }

        @Retry(name = "sensors")
        public Observable<String> observable() {
            return Observable.fromCallable(reading(calls.incrementAndGet())::get);
        }

        @Retry(name = "sensors")
        public Uni<String> uni() {
            int call = calls.incrementAndGet();
            return call < 3
                    ? Uni.createFrom().failure(new IOException())
                    : Uni.createFrom().item(String.valueOf(call));
        }

        @Retry(name = "sensors")
        public Multi<String> multi() {
            return uni().toMulti();
        }

        @Retry(name = "sensors")
        public Flow.Publisher<String> flow() {
            return multi();
        }

        @Fallback(method = "cached")
        public Single<String> broken() {
            return Single.error(new IOException());
        }

        private Single<String> cached() {
            return Single.just("cached");
        }

        @Fallback(method = "cachedUni")
        public Uni<String> brokenUni() {
            return Uni.createFrom().failure(new IOException());
        }

        private Uni<String> cachedUni() {
            return Uni.createFrom().item("cached");
        }

        private static Reading reading(int call) {
            return () -> {
                if (call < 3) {
                    throw new IOException();
                }
                return String.valueOf(call);
            };
        }

        private interface Reading {

            String get() throws IOException;
        }
    }
}
