package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceEndpointAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** Executors that settings name: any bean that runs tasks on threads of its own. */
class ExecutorSettingTests {

    private static final String NAMED = "resilience.timeout.instances.prices.executor=";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withBean("simple", Executor.class, () -> new SimpleAsyncTaskExecutor("simple-"))
            .withBean("pool", Executor.class, ExecutorSettingTests::pool)
            .withBean("service", ExecutorService.class, ExecutorSettingTests::service)
            .withBean("full", Executor.class, () -> task -> {
                throw new RejectedExecutionException("full");
            });

    private static ThreadPoolTaskExecutor pool() {
        ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
        pool.setThreadNamePrefix("pool-");
        return pool;
    }

    private static ExecutorService service() {
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, "service-1");
            thread.setDaemon(true);
            return thread;
        };
        return Executors.newSingleThreadExecutor(threads);
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "pool", "service"})
    void callShouldRunOnTheExecutorThatIsNamed(String executor) {
        runner.withBean(Prices.class)
                .withPropertyValues(NAMED + executor)
                .run(context ->
                        assertThat(context.getBean(Prices.class).thread()).startsWith(executor + "-"));
    }

    @Test
    void annotationShouldNameExecutorsToo() {
        runner.withBean(Annotated.class).run(context -> {
            Annotated annotated = context.getBean(Annotated.class);
            assertThat(annotated.all()).startsWith("pool-");
            assertThat(annotated.attempt()).startsWith("service-");
            assertThat(annotated.hedged()).startsWith("simple-");
        });
    }

    @Test
    void hedgeShouldRunItsAttemptsOnTheExecutor() {
        runner.withBean(Hedged.class)
                .withPropertyValues("resilience.hedge.instances.quotes.executor=pool")
                .run(context ->
                        assertThat(context.getBean(Hedged.class).thread()).startsWith("pool-"));
    }

    @Test
    void executorOfTheDefaultsShouldServeInstancesWithoutOne() {
        runner.withBean(Prices.class)
                .withPropertyValues("resilience.timeout.defaults.executor=simple")
                .run(context ->
                        assertThat(context.getBean(Prices.class).thread()).startsWith("simple-"));
    }

    @Test
    void unknownBeanShouldStopTheStartWithARemedy() {
        runner.withBean(Prices.class)
                .withPropertyValues(NAMED + "pol")
                .run(context -> assertThat(problem(context.getStartupFailure()))
                        .contains("resilience.timeout.instances[prices].executor", "is 'pol'")
                        .contains("Did you mean 'pool'?", "service", "simple"));
    }

    @Test
    void unknownBeanOfAnAnnotationShouldStopTheStart() {
        runner.withBean(Unknown.class)
                .run(context -> assertThat(problem(context.getStartupFailure()))
                        .contains("@Timeout of 'nowhere': executor is 'nobody'", "Available executors: "));
    }

    @Test
    void beanThatIsNoExecutorShouldStopTheStart() {
        runner.withBean(Prices.class)
                .withPropertyValues(NAMED + "prices")
                .withBean("prices", StringBuilder.class)
                .run(context -> assertThat(problem(context.getStartupFailure()))
                        .contains("not a java.util.concurrent.Executor, but a java.lang.StringBuilder"));
    }

    @Test
    void executorWithoutThreadsShouldStopTheStart() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
                .withBean("sync", SyncTaskExecutor.class)
                .withPropertyValues(NAMED + "sync")
                .run(context ->
                        assertThat(problem(context.getStartupFailure())).contains("executor with threads of its own"));
    }

    @Test
    void emptyNameShouldStopTheStart() {
        runner.withPropertyValues(NAMED)
                .run(context -> assertThat(problem(context.getStartupFailure()))
                        .contains("is empty", "Write the name of an executor bean"));
    }

    @Test
    void executorThatTheCallersThreadDoesNotUseShouldStopTheStart() {
        runner.withPropertyValues(NAMED + "pool", "resilience.timeout.instances.prices.thread=caller")
                .run(context -> assertThat(problem(context.getStartupFailure()))
                        .contains("executor is set, but thread is caller"));
    }

    @Test
    void executorForAllShouldLeaveAnInstanceTheCallersThread() {
        runner.withBean(Prices.class)
                .withPropertyValues(
                        "resilience.timeout.defaults.executor=pool",
                        "resilience.timeout.instances.prices.thread=caller")
                .run(context -> assertThat(context.getBean(Prices.class).thread())
                        .isEqualTo(Thread.currentThread().getName()));
    }

    @Test
    void rejectionShouldReachTheCallerAndLeaveNothingBehind() {
        runner.withBean(Prices.class).withPropertyValues(NAMED + "full").run(context -> {
            Prices prices = context.getBean(Prices.class);
            for (int call = 0; call < 3; call++) {
                assertThatThrownBy(prices::thread)
                        .isInstanceOf(RejectedExecutionException.class)
                        .hasMessage("full");
            }
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "prices")
                            .orElseThrow()
                            .metrics()
                            .syncActive())
                    .isZero();
            assertThat(registry.find(io.netrun.resilience.timeout.Timeout.TYPE, "prices")
                            .orElseThrow()
                            .metrics()
                            .abandoned())
                    .isZero();
        });
    }

    @Test
    void rejectedAttemptOfAHedgeShouldFailTheCall() {
        runner.withBean(Hedged.class)
                .withPropertyValues("resilience.hedge.instances.quotes.executor=full")
                .run(context -> {
                    Hedged hedged = context.getBean(Hedged.class);
                    for (int call = 0; call < 3; call++) {
                        assertThatThrownBy(hedged::thread)
                                .isInstanceOf(RejectedExecutionException.class)
                                .hasMessage("full");
                    }
                    assertThat(context.getBean(ResilienceRegistry.class)
                                    .find(io.netrun.resilience.hedge.Hedge.TYPE, "quotes")
                                    .orElseThrow()
                                    .metrics()
                                    .active())
                            .isZero();
                });
    }

    @Test
    void executorOfAClosedContextShouldReject() {
        Executor executor = new ExecutorBean("gone", () -> {
            throw new IllegalStateException("closed");
        });
        assertThatThrownBy(() -> executor.execute(() -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("Executor bean 'gone' is not available");
    }

    @Test
    void executorShouldNotBeCreatedBeforeItsFirstTask() {
        AtomicInteger created = new AtomicInteger();
        runner.withBean(Prices.class)
                .withBean(
                        "late",
                        Executor.class,
                        () -> {
                            created.incrementAndGet();
                            return new SimpleAsyncTaskExecutor("late-");
                        },
                        definition -> definition.setLazyInit(true))
                .withPropertyValues(NAMED + "late")
                .run(context -> {
                    assertThat(created).hasValue(0);
                    Prices prices = context.getBean(Prices.class);
                    assertThat(prices.thread()).startsWith("late-");
                    assertThat(prices.thread()).startsWith("late-");
                    assertThat(created).hasValue(1);
                });
    }

    @Test
    void prototypeShouldBeAskedForOnce() {
        AtomicInteger created = new AtomicInteger();
        runner.withBean(Prices.class)
                .withBean(
                        "each",
                        Executor.class,
                        () -> {
                            created.incrementAndGet();
                            return new SimpleAsyncTaskExecutor("each-");
                        },
                        definition -> definition.setScope("prototype"))
                .withPropertyValues(NAMED + "each")
                .run(context -> {
                    context.getBean(Prices.class).thread();
                    context.getBean(Prices.class).thread();
                    assertThat(created).hasValue(1);
                });
    }

    @Test
    void refreshShouldChangeTheExecutorUnlessTheNameIsWrong() {
        runner.withBean(Prices.class).withPropertyValues(NAMED + "simple").run(context -> {
            Prices prices = context.getBean(Prices.class);
            assertThat(prices.thread()).startsWith("simple-");
            refresh(context, NAMED + "pool");
            assertThat(prices.thread()).startsWith("pool-");
            refresh(context, NAMED + "nobody");
            assertThat(prices.thread()).startsWith("pool-");
        });
    }

    @Test
    void endpointShouldShowTheNameOfTheBeanWithItsOrigin() {
        runner.withConfiguration(AutoConfigurations.of(ResilienceEndpointAutoConfiguration.class))
                .withBean(Prices.class)
                .withPropertyValues(NAMED + "pool", "management.endpoints.web.exposure.include=resilience")
                .run(context -> {
                    PatternDescriptor<?, ?> timeouts =
                            PatternDescriptors.byKey("timeout").orElseThrow();
                    InstanceFactory instances = context.getBean(InstanceFactory.class);
                    ResolvedSettings<?> settings = instances
                            .effectiveSettings()
                            .settings(timeouts, "prices")
                            .orElseThrow();
                    assertThat(settings.origin("executor")).contains("resilience.timeout.instances[prices].executor");
                    Object shown = context.getBean(io.netrun.resilience.spring.actuate.ResilienceEndpoint.class)
                            .instance("timeout", "prices")
                            .getBody()
                            .get("settings");
                    assertThat(((Map<?, ?>) ((Map<?, ?>) shown).get("executor")).get("value"))
                            .isEqualTo("pool");
                });
    }

    @Test
    void operatorShouldNotNameABean() {
        runner.withBean(Prices.class).withPropertyValues(NAMED + "pool").run(context -> {
            RuntimeSettings live = new RuntimeSettings(context.getBean(InstanceFactory.class));
            PatternDescriptor<?, ?> timeouts =
                    PatternDescriptors.byKey("timeout").orElseThrow();
            assertThatThrownBy(() -> change(live, timeouts, context.getBean(ResilienceRegistry.class)))
                    .hasMessageContaining("no setting 'executor' that can be changed");
            assertThat(context.getBean(Prices.class).thread()).startsWith("pool-");
        });
    }

    private static <P extends Policy> void change(
            RuntimeSettings live, PatternDescriptor<P, ?> pattern, ResilienceRegistry registry) {
        live.change(pattern, registry.find(pattern.type(), "prices").orElseThrow(), "executor=simple");
    }

    private static String problem(Throwable failure) {
        assertThat(failure).isNotNull();
        return String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
    }

    private static void refresh(ConfigurableApplicationContext context, String property) {
        TestPropertyValues.of(property).applyTo(context);
        context.publishEvent(new EnvironmentChangeEvent(Set.of(property.split("=", 2)[0])));
    }

    static class Prices {

        @Timeout(name = "prices", duration = "1h")
        @Bulkhead(name = "prices", maxConcurrent = 1, maxQueue = 0)
        public String thread() {
            return Thread.currentThread().getName();
        }
    }

    static class Hedged {

        @Hedge(name = "quotes", delay = "1h")
        public String thread() {
            return Thread.currentThread().getName();
        }
    }

    static class Annotated {

        @Timeout(name = "all", duration = "1h", executor = "pool")
        public String all() {
            return Thread.currentThread().getName();
        }

        @AttemptTimeout(name = "attempt", duration = "1h", executor = "${attempts:service}")
        public String attempt() {
            return Thread.currentThread().getName();
        }

        @Hedge(name = "hedged", delay = "1h", executor = "simple")
        public String hedged() {
            return Thread.currentThread().getName();
        }
    }

    static class Unknown {

        @Timeout(name = "nowhere", executor = "nobody")
        public String call() {
            return "called";
        }
    }
}
