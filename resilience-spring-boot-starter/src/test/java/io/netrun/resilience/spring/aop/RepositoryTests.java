package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.data.annotation.Id;
import org.springframework.data.keyvalue.core.KeyValueTemplate;
import org.springframework.data.map.MapKeyValueAdapter;
import org.springframework.data.map.repository.config.EnableMapRepositories;
import org.springframework.data.repository.CrudRepository;

/** Spring Data's repositories, which are proxies without a class of their own. */
class RepositoryTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withUserConfiguration(Repositories.class);

    @Test
    void annotationOfTheInterfaceShouldProtectInheritedMethods() {
        runner.run(context -> {
            Customers customers = context.getBean(Customers.class);
            customers.save(new Customer("7", "Ada"));
            context.getBean(FailingAdapter.class).failures.set(2);
            assertThat(customers.findById("7")).map(Customer::name).contains("Ada");
            assertThat(context.getBean(FailingAdapter.class).failures).hasValue(0);
        });
    }

    @Test
    void instanceShouldBeNamedAfterTheRepository() {
        runner.run(context -> {
            context.getBean(Customers.class).count();
            assertThat(context.getBean(ResilienceRegistry.class).all(io.netrun.resilience.bulkhead.Bulkhead.TYPE))
                    .extracting(Policy::name)
                    .contains("Customers.findById", "Customers.save", "Customers.count");
        });
    }

    @Test
    void methodShouldBeListedOnce() {
        runner.run(context -> {
            context.getBean(Customers.class).count();
            assertThat(context.getBean(MethodPipelines.class).all())
                    .extracting(MethodPipeline::title)
                    .doesNotHaveDuplicates()
                    .contains(Customers.class.getName() + ".count()")
                    .noneMatch(title -> title.contains("Proxy"));
        });
    }

    @Retry(maxAttempts = 3, baseDelay = "1ms")
    @Bulkhead
    interface Customers extends CrudRepository<Customer, String> {}

    record Customer(@Id String id, String name) {}

    @Configuration(proxyBeanMethods = false)
    @EnableMapRepositories(
            basePackageClasses = RepositoryTests.class,
            considerNestedRepositories = true,
            keyValueTemplateRef = "template",
            includeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Customers.class))
    static class Repositories {

        @Bean
        FailingAdapter adapter() {
            return new FailingAdapter();
        }

        @Bean
        KeyValueTemplate template(FailingAdapter adapter) {
            return new KeyValueTemplate(adapter);
        }
    }

    /** Fails a given number of times. */
    static class FailingAdapter extends MapKeyValueAdapter {

        final AtomicInteger failures = new AtomicInteger();

        @Override
        public @Nullable Object get(Object id, String keyspace) {
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("the store is away");
            }
            return super.get(id, keyspace);
        }
    }
}
