package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Caching and protection of the same method. */
class CachedMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(Catalog.class);

    @Test
    void openCircuitShouldRejectCachedResultsToo() {
        runner.withUserConfiguration(CacheWithin.class).run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            assertThat(catalog.product(7)).isEqualTo("product 7");
            open(context);
            assertThatThrownBy(() -> catalog.product(7)).isInstanceOf(CircuitOpenException.class);
        });
    }

    @Test
    void cacheThatIsOutsideShouldAnswerWhileTheCircuitIsOpen() {
        runner.withUserConfiguration(CacheOutside.class).run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            assertThat(catalog.product(7)).isEqualTo("product 7");
            open(context);
            assertThat(catalog.product(7)).isEqualTo("product 7");
            assertThatThrownBy(() -> catalog.product(8)).isInstanceOf(CircuitOpenException.class);
        });
    }

    @Test
    void methodShouldBeCalledOnceForWhatIsCached() {
        runner.withUserConfiguration(CacheWithin.class).run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            catalog.product(7);
            catalog.product(7);
            assertThat(catalog.calls()).isEqualTo(1);
        });
    }

    private static void open(AssertableApplicationContext context) {
        context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "Catalog.product")
                .orElseThrow()
                .forceOpen();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    static class CacheWithin {

        @Bean
        CacheManager cacheManager() {
            return new ConcurrentMapCacheManager();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching(order = ResilienceAdvisor.ORDER - 1)
    static class CacheOutside {

        @Bean
        CacheManager cacheManager() {
            return new ConcurrentMapCacheManager();
        }
    }

    static class Catalog {

        private final AtomicInteger calls = new AtomicInteger();

        @Cacheable("products")
        @CircuitBreaker
        public String product(long id) {
            calls.incrementAndGet();
            return "product " + id;
        }

        public int calls() {
            return calls.get();
        }
    }
}
