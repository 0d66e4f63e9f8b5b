package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.RuntimeSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The setting {@code value} of fallbacks. */
class ConstantResultTests {

    private static final String KEY = "resilience.fallback.instances.shop.value";

    private final HandTicker ticker = new HandTicker();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceRefreshAutoConfiguration.class))
            .withBean(HandTicker.class, () -> ticker);

    @Test
    void valueShouldBeConvertedToTheTypeOfTheResult() {
        runner.withBean(Types.class).run(context -> {
            assertThat(context).hasNotFailed();
            Types types = context.getBean(Types.class);
            assertThat(types.text()).isEqualTo("a, b");
            assertThat(types.emptyText()).isEmpty();
            assertThat(types.number()).isEqualTo(7);
            assertThat(types.unit()).isEqualTo(TimeUnit.SECONDS);
            assertThat(types.day()).isEqualTo(LocalDate.of(2026, 1, 2));
            assertThat(types.some()).contains(5);
            assertThat(types.nothing()).isEmpty();
            assertThat(types.numbers()).containsExactly(1, 2);
            assertThat(types.noNames()).isEmpty();
            assertThat(types.noNamesInBrackets()).isEmpty();
            assertThat(types.array()).isEmpty();
            assertThat(types.map()).isEmpty();
            assertThat(types.price()).isEqualTo(new Price(3));
            assertThat(types.any()).isEqualTo("whatever");
            types.save();
        });
    }

    @Test
    void valueShouldBeWrappedAsTheMethodReturnsIt() {
        runner.withBean(Wrapped.class).run(context -> {
            Wrapped wrapped = context.getBean(Wrapped.class);
            assertThat(wrapped.stage().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isEqualTo(7);
            assertThat(wrapped.future().get(10, TimeUnit.SECONDS)).isEqualTo(7);
            assertThat(wrapped.plainFuture().get(10, TimeUnit.SECONDS)).isEqualTo(7);
            assertThat(wrapped.mono().block()).isEqualTo(7);
            assertThat(wrapped.emptyMono().blockOptional()).isEmpty();
            assertThat(wrapped.flux().collectList().block()).containsExactly(1, 2);
            assertThat(wrapped.emptyFlux().collectList().block()).isEmpty();
        });
    }

    @Test
    void callersShouldNotShareAValueThatTheyMayChange() {
        runner.withBean(Types.class).run(context -> {
            Types types = context.getBean(Types.class);
            types.numbers().add(3);
            types.map().put("a", 1);
            assertThat(types.numbers()).containsExactly(1, 2);
            assertThat(types.map()).isEmpty();
        });
    }

    @Test
    void errorAndCallOfAFailedMethodShouldKeepTheirFailures() {
        runner.withBean(Shop.class).withPropertyValues(KEY + "=3").run(context -> {
            Shop shop = context.getBean(Shop.class);
            assertThatThrownBy(() -> shop.load(new AssertionError("bug"))).hasMessage("bug");
            assertThat(shop.load(new IllegalStateException())).isEqualTo(3);
        });
    }

    @Test
    void methodShouldComeBeforeTheValue() {
        runner.withBean(WithMethod.class).run(context -> {
            WithMethod shop = context.getBean(WithMethod.class);
            assertThat(shop.load(new IllegalStateException())).isEqualTo(1);
            assertThat(shop.load(new IOException())).isEqualTo(9);
        });
    }

    @Test
    void staleResultShouldComeBeforeTheValue() {
        runner.withBean(Shop.class)
                .withPropertyValues(KEY + "=3", "resilience.fallback.instances.shop.stale=1m")
                .run(context -> {
                    Shop shop = context.getBean(Shop.class);
                    assertThat(shop.price(true)).isEqualTo(3);
                    shop.price(false);
                    assertThat(shop.price(true)).isEqualTo(3);
                    shop.fail();
                    assertThat(shop.price(false)).isEqualTo(42);
                    ticker.pass(Duration.ofMinutes(1));
                    assertThat(shop.price(false)).isEqualTo(3);
                });
    }

    @Test
    void valueOfTheConfigurationShouldOverrideTheAnnotation() {
        runner.withBean(WithMethod.class)
                .withPropertyValues("resilience.fallback.instances.with-method.value=5")
                .run(context -> assertThat(context.getBean(WithMethod.class).load(new IOException()))
                        .isEqualTo(5));
    }

    @Test
    void valueThatDoesNotFitShouldStopTheStart() {
        runner.withBean(Shop.class)
                .withPropertyValues(KEY + "=many")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(
                                "Shop.load: @Fallback has the value 'many' of instance 'shop', which cannot"
                                        + " be converted to int")
                        .hasMessageContaining("Write a 'value' that Spring can convert to this type"));
    }

    @Test
    void emptyValueOfANumberShouldStopTheStart() {
        runner.withBean(Shop.class)
                .withPropertyValues(KEY + "=")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Shop.load: @Fallback has the value '' of instance 'shop'"));
    }

    @Test
    void textForAMethodWithoutAResultShouldStopTheStart() {
        runner.withBean(Nothing.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("the method returns nothing, so that only"));
    }

    @Test
    void placeholderThatLeadsNowhereShouldStopTheStart() {
        runner.withBean(Shop.class)
                .withPropertyValues(KEY + "=${missing}")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("has a placeholder that cannot be resolved"));
    }

    @Test
    void refreshShouldChangeTheValue() {
        runner.withBean(Shop.class).withPropertyValues(KEY + "=3").run(context -> {
            Shop shop = context.getBean(Shop.class);
            assertThat(shop.load(new IllegalStateException())).isEqualTo(3);
            refresh(context, "4");
            assertThat(shop.load(new IllegalStateException())).isEqualTo(4);
        });
    }

    @Test
    void refreshToAValueThatDoesNotFitShouldBeRejected() {
        runner.withBean(Shop.class).withPropertyValues(KEY + "=3").run(context -> {
            refresh(context, "many");
            assertThat(context.getBean(Shop.class).load(new IllegalStateException()))
                    .isEqualTo(3);
        });
    }

    @Test
    void operatorShouldNotSetAValueThatDoesNotFit() {
        runner.withBean(Shop.class).withPropertyValues(KEY + "=3").run(context -> {
            assertThatThrownBy(() -> change(context, "value=many"))
                    .hasMessageContaining("Shop.load: @Fallback has the value 'many'");
            assertThat(context.getBean(Shop.class).load(new IllegalStateException()))
                    .isEqualTo(3);
            change(context, "value=6");
            assertThat(context.getBean(Shop.class).load(new IllegalStateException()))
                    .isEqualTo(6);
        });
    }

    @SuppressWarnings("unchecked") // of one pattern
    private static <P extends Policy, C extends Record> void change(
            AssertableApplicationContext context, String changes) {
        P fallback = (P) fallback(context);
        PatternDescriptor<P, C> pattern =
                (PatternDescriptor<P, C>) PatternDescriptors.of(fallback).orElseThrow();
        new RuntimeSettings(context.getBean(InstanceFactory.class)).change(pattern, fallback, changes);
    }

    private static io.netrun.resilience.fallback.Fallback fallback(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.fallback.Fallback.TYPE, "shop")
                .orElseThrow();
    }

    private static void refresh(AssertableApplicationContext context, String value) {
        TestPropertyValues.of(KEY + "=" + value).applyTo(context);
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of(KEY)));
    }

    record Price(int cents) {

        public static Price valueOf(String text) {
            return new Price(Integer.parseInt(text));
        }
    }

    static class Types {

        private static <T> T fail() {
            throw new IllegalStateException("down");
        }

        @Fallback(value = "a, b")
        public String text() {
            return fail();
        }

        @Fallback(value = "")
        public String emptyText() {
            return fail();
        }

        @Fallback(value = "7")
        public int number() {
            return Types.<Integer>fail();
        }

        @Fallback(value = "seconds")
        public TimeUnit unit() {
            return fail();
        }

        @Fallback(value = "2026-01-02")
        public LocalDate day() {
            return fail();
        }

        @Fallback(value = "5")
        public Optional<Integer> some() {
            return fail();
        }

        @Fallback(value = "")
        public Optional<String> nothing() {
            return fail();
        }

        @Fallback(value = "1, 2")
        public List<Integer> numbers() {
            return fail();
        }

        @Fallback(value = "")
        public Set<String> noNames() {
            return fail();
        }

        @Fallback(value = "[]")
        public Iterable<String> noNamesInBrackets() {
            return fail();
        }

        @Fallback(value = "")
        public int[] array() {
            return fail();
        }

        @Fallback(value = "")
        public Map<String, Integer> map() {
            return fail();
        }

        @Fallback(value = "3")
        public Price price() {
            return fail();
        }

        @Fallback(value = "whatever")
        public Object any() {
            return fail();
        }

        @Fallback(value = "")
        public void save() {
            fail();
        }
    }

    static class Wrapped {

        @Fallback(value = "7")
        public CompletionStage<Integer> stage() {
            return CompletableFuture.failedFuture(new IOException());
        }

        @Fallback(value = "7")
        public CompletableFuture<Integer> future() {
            throw new IllegalStateException();
        }

        @Fallback(value = "7")
        public Future<Integer> plainFuture() {
            FutureTask<Integer> failed = new FutureTask<>(() -> {
                throw new IOException();
            });
            failed.run();
            return failed;
        }

        @Fallback(value = "7")
        public Mono<Integer> mono() {
            return Mono.error(new IOException());
        }

        @Fallback(value = "")
        public Mono<Void> emptyMono() {
            return Mono.error(new IOException());
        }

        @Fallback(value = "1, 2")
        public Flux<Integer> flux() {
            return Flux.error(new IOException());
        }

        @Fallback(value = "")
        public Flux<Integer> emptyFlux() {
            return Flux.error(new IOException());
        }
    }

    static class Shop {

        private volatile boolean down;

        public void fail() {
            down = true;
        }

        @Fallback(name = "shop")
        public int load(Throwable failure) {
            throw Shop.<RuntimeException>sneaky(failure);
        }

        @Fallback(name = "shop")
        public int price(boolean failing) {
            if (failing || down) {
                throw new IllegalStateException("down");
            }
            return 42;
        }

        @SuppressWarnings("unchecked")
        private static <X extends Throwable> X sneaky(Throwable failure) throws X {
            throw (X) failure;
        }
    }

    static class WithMethod {

        @Fallback(name = "with-method", method = "other", value = "9")
        public int load(Exception failure) {
            throw Shop.<RuntimeException>sneaky(failure);
        }

        private int other(Exception given, IllegalStateException failure) {
            return 1;
        }
    }

    static class Nothing {

        @Fallback(value = "saved")
        public void save() {
            throw new IllegalStateException();
        }
    }
}
