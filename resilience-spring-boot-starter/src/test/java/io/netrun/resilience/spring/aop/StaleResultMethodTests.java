package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class StaleResultMethodTests {

    private final HandTicker ticker = new HandTicker();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withBean(HandTicker.class, () -> ticker);

    private final ApplicationContextRunner shop = runner.withBean(Catalog.class);

    @Test
    void lastResultWithEqualArgumentsShouldReplaceAFailure() {
        shop.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            catalog.prices(List.of("a"), new int[] {1});
            catalog.prices(List.of("b"), new int[] {1});
            catalog.fail();
            assertThat(catalog.prices(List.of("a"), new int[] {1})).isEqualTo("[a] 1");
            assertThat(catalog.prices(List.of("b"), new int[] {1})).isEqualTo("[b] 1");
            assertThatThrownBy(() -> catalog.prices(List.of("a"), new int[] {2}))
                    .isInstanceOf(IOException.class);
            ticker.pass(Duration.ofMinutes(10));
            assertThatThrownBy(() -> catalog.prices(List.of("a"), new int[] {1}))
                    .isInstanceOf(IOException.class);
        });
    }

    @Test
    void methodsOfOneInstanceShouldNotShareResults() {
        shop.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            catalog.mono(7).block();
            catalog.fail();
            assertThat(catalog.mono(7).block()).isEqualTo("mono 7");
            assertThat(catalog.future(7).join()).isEqualTo("fallback 7");
        });
    }

    @Test
    void resultOfAFutureShouldBeKept() {
        shop.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            catalog.future(7).join();
            catalog.fail();
            assertThat(catalog.future(7).join()).isEqualTo("future 7");
        });
    }

    @Test
    void beansOfOneClassShouldNotShareResults() {
        runner.withBean("first", Catalog.class)
                .withBean("second", Catalog.class)
                .run(context -> {
                    Catalog second = context.getBean("second", Catalog.class);
                    context.getBean("first", Catalog.class).mono(7).block();
                    second.fail();
                    assertThatThrownBy(() -> second.mono(7).block()).hasRootCauseInstanceOf(IOException.class);
                });
    }

    @Test
    void voidMethodsAndStreamsOfAClassShouldFailAsBefore() {
        runner.withBean(Stock.class).run(context -> {
            Stock stock = context.getBean(Stock.class);
            stock.reserve();
            stock.reserveLater().block();
            stock.levels().blockLast();
            assertThat(stock.level()).isEqualTo(1);
            stock.fail();
            assertThatThrownBy(stock::reserve).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> stock.reserveLater().block()).hasRootCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> stock.levels().blockLast()).hasRootCauseInstanceOf(IOException.class);
            assertThat(stock.level()).isEqualTo(1);
        });
    }

    @Test
    void ageShouldFollowTheConfiguration() {
        runner.withBean(Named.class)
                .withPropertyValues("resilience.fallback.instances.named.stale=1m")
                .run(context -> {
                    Named named = context.getBean(Named.class);
                    named.load();
                    named.fail();
                    assertThat(named.load()).isEqualTo("loaded");
                    ticker.pass(Duration.ofMinutes(1));
                    assertThatThrownBy(named::load).isInstanceOf(IOException.class);
                });
    }

    @Test
    void annotationWithoutMethodAndAgeShouldStopTheStart() {
        runner.withBean(Named.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Named.load: @Fallback names no method")
                        .hasMessageContaining("or 'stale' to the age"));
    }

    @Test
    void annotationOfAMethodWithoutAResultShouldStopTheStart() {
        runner.withBean(Nothing.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Nothing.save: @Fallback has 'stale', but the method returns nothing")
                        .hasMessageContaining("Nothing.rows: @Fallback has 'stale', but the method returns a stream"));
    }

    @Test
    void switchedOffInstanceShouldKeepNothing() {
        shop.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.fallback.Fallback.TYPE, "shop")
                    .orElseThrow()
                    .setEnabled(false);
            catalog.mono(7).block();
            catalog.fail();
            assertThatThrownBy(() -> catalog.mono(7).block()).hasRootCauseInstanceOf(IOException.class);
        });
    }

    static class Catalog {

        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

        public void fail() {
            failure.set(new IOException("down"));
        }

        @Fallback(stale = "10m")
        public String prices(List<String> products, int[] amounts) throws Exception {
            throwIfFailing();
            return products + " " + amounts[0];
        }

        @Fallback(name = "shop", stale = "10m")
        public Mono<String> mono(long id) {
            return Mono.fromCallable(() -> {
                throwIfFailing();
                return "mono " + id;
            });
        }

        @Fallback(name = "shop", method = "unknown")
        public CompletableFuture<String> future(long id) {
            Exception present = failure.get();
            return present == null
                    ? CompletableFuture.completedFuture("future " + id)
                    : CompletableFuture.failedFuture(present);
        }

        private CompletableFuture<String> unknown(long id) {
            return CompletableFuture.completedFuture("fallback " + id);
        }

        private void throwIfFailing() throws Exception {
            Exception present = failure.get();
            if (present != null) {
                throw present;
            }
        }
    }

    @Fallback(name = "stock", stale = "10m")
    static class Stock {

        private volatile @Nullable Exception failure;

        public void fail() {
            failure = new IOException("down");
        }

        public void reserve() throws Exception {
            level(1);
        }

        public Mono<Void> reserveLater() {
            return Mono.fromCallable(() -> level(1)).then();
        }

        public Flux<Integer> levels() {
            return Mono.fromCallable(() -> level(1)).flux();
        }

        public int level() throws Exception {
            return level(1);
        }

        private int level(int level) throws Exception {
            Exception present = failure;
            if (present != null) {
                throw present;
            }
            return level;
        }
    }

    static class Named {

        private volatile @Nullable Exception failure;

        public void fail() {
            failure = new IOException("down");
        }

        @Fallback(name = "named")
        public String load() throws Exception {
            Exception present = failure;
            if (present != null) {
                throw present;
            }
            return "loaded";
        }
    }

    static class Nothing {

        @Fallback(stale = "10m")
        public void save() {}

        @Fallback(stale = "10m")
        public Flux<String> rows() {
            return Flux.just("row");
        }
    }
}
