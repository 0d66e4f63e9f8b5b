package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.PolicyShutdownException;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.bulkhead.BulkheadEvent;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.spring.actuate.History;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.test.context.TestPropertySource;
import org.springframework.util.ReflectionUtils;

/** What becomes of calls when the application ends. */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownTests {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @Test
    void callThatWaitsShouldFailAndOneThatRunsShouldEndInPeace(CapturedOutput output) throws Exception {
        CompletableFuture<String> inside = new CompletableFuture<>();
        AtomicReference<CompletableFuture<String>> running = new AtomicReference<>();
        AtomicReference<CompletableFuture<String>> waiting = new AtomicReference<>();
        CountDownLatch refused = new CountDownLatch(1);
        CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> runner.run(context -> {
            Bulkhead bulkhead = bulkhead(context.getBean(ResilienceRegistry.class));
            bulkhead.on(BulkheadEvent.Rejected.class, event -> refused.countDown());
            running.set(bulkhead.callAsync(() -> inside));
            waiting.set(bulkhead.callAsync(() -> CompletableFuture.completedFuture("late")));
        }));
        refused.await();
        assertThat(ended).as("the end waits for what runs").isNotDone();
        inside.complete("done");
        assertThat(ended).succeedsWithin(SOON);
        assertThat(running.get()).isCompletedWithValue("done");
        assertThat(waiting.get())
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(PolicyShutdownException.class);
        assertThat(output).doesNotContain("The application ends while");
    }

    @Test
    void callThatRunsBeyondTheGraceTimeShouldBeReported(CapturedOutput output) {
        runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=50ms")
                .run(context ->
                        bulkhead(context.getBean(ResilienceRegistry.class)).callAsync(CompletableFuture::new));
        assertThat(output).contains("The application ends while calls are running: 1 in Bulkhead 'reports'");
    }

    @Test
    void instancesShouldBeClosedAfterTheWebServer() {
        runner.run(
                context -> assertThat(context.getBean(ResilienceShutdown.class).getPhase())
                        .isLessThan(SmartLifecycle.DEFAULT_PHASE - 2_048));
    }

    @Test
    void contextThatIsStoppedAndStartedShouldKeepItsInstancesUsable() {
        runner.run(context -> {
            ConfigurableApplicationContext application =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            for (int restart = 0; restart < 2; restart++) {
                application.stop();
                application.start();
                assertThatCallsWait(context.getBean(ResilienceRegistry.class));
            }
        });
    }

    @Test
    void contextThatIsPausedAndResumedShouldKeepItsInstancesUsable() {
        Method pause = ReflectionUtils.findMethod(ConfigurableApplicationContext.class, "pause");
        Method restart = ReflectionUtils.findMethod(ConfigurableApplicationContext.class, "restart");
        assumeThat(pause).as("from Spring Framework 7 on").isNotNull();
        runner.run(context -> {
            ConfigurableApplicationContext application =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            for (int time = 0; time < 2; time++) {
                ReflectionUtils.invokeMethod(pause, application);
                assertThatCallsWait(context.getBean(ResilienceRegistry.class));
                ReflectionUtils.invokeMethod(restart, application);
                assertThatCallsWait(context.getBean(ResilienceRegistry.class));
            }
        });
    }

    @Test
    void contextThatIsStoppedShouldStillLetItsInstancesWork() {
        runner.run(context -> {
            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .stop();
            assertThatCallsWait(context.getBean(ResilienceRegistry.class));
        });
    }

    @Test
    void callThatWaitsInAStoppedContextShouldFailWhenItIsClosed() {
        AtomicReference<CompletableFuture<String>> waiting = new AtomicReference<>();
        AtomicBoolean endedBeforeBeansWere = new AtomicBoolean();
        runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=50ms")
                .withBean(
                        DisposableBean.class,
                        () -> () -> endedBeforeBeansWere.set(waiting.get().isCompletedExceptionally()))
                .run(context -> {
                    Bulkhead bulkhead = bulkhead(context.getBean(ResilienceRegistry.class));
                    bulkhead.callAsync(CompletableFuture::new);
                    waiting.set(bulkhead.callAsync(() -> CompletableFuture.completedFuture("late")));
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                            .stop();
                    assertThat(waiting.get()).isNotDone();
                });
        assertThat(waiting.get())
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(PolicyShutdownException.class);
        assertThat(endedBeforeBeansWere).isTrue();
    }

    /** Spring waits for the tasks of executors later, and then no longer than for those that work. */
    @Test
    void waitOfATaskShouldEndBeforeItsExecutorDoes() {
        CountDownLatch failed = new CountDownLatch(1);
        AtomicReference<CompletableFuture<String>> task = new AtomicReference<>();
        runner.withBean(ThreadPoolTaskExecutor.class, ThreadPoolTaskExecutor::new, executor -> {
                    executor.getPropertyValues().add("waitForTasksToCompleteOnShutdown", true);
                    executor.getPropertyValues().add("awaitTerminationSeconds", 3_600);
                })
                .withPropertyValues(
                        "resilience.retry.instances.task.base-delay=1h", "resilience.retry.instances.task.max-delay=1h")
                .run(context -> {
                    io.netrun.resilience.retry.Retry retry = context.getBean(ResilienceRegistry.class)
                            .getOrCreate(io.netrun.resilience.retry.Retry.TYPE, "task");
                    task.set(CompletableFuture.supplyAsync(
                            () -> retry.call(() -> {
                                failed.countDown();
                                throw new IllegalStateException("the only attempt");
                            }),
                            context.getBean(ThreadPoolTaskExecutor.class)));
                    failed.await();
                });
        assertThat(task.get())
                .isCompletedExceptionally()
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(RetryExhaustedException.class)
                .withRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedChildContextShouldNotShutDownItsParentsInstances() {
        runner.run(parent -> {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
                    .withParent(parent)
                    .run(child -> child.getBean(ResilienceRegistry.class).close());
            assertThatCallsWait(parent.getBean(ResilienceRegistry.class));
        });
    }

    /** On Spring Framework 7, a cached context is paused while another one is used. */
    @Test
    void cachedContextShouldBeUsableAfterAnotherOneHasBeenUsed() {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(
                                        selectClass(FirstOfContextA.class),
                                        selectClass(OnlyOfContextB.class),
                                        selectClass(SecondOfContextA.class))
                                .build(),
                        summary);
        assertThat(summary.getSummary().getFailures())
                .extracting(TestExecutionSummary.Failure::getException)
                .isEmpty();
        assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(6);
        assertThat(SuiteApplication.contexts).hasSize(2);
    }

    @SpringBootTest(classes = SuiteApplication.class, properties = "x=1")
    static class FirstOfContextA extends UsesInstances {}

    @SpringBootTest(classes = SuiteApplication.class, properties = "x=2")
    static class OnlyOfContextB extends UsesInstances {}

    @SpringBootTest(classes = SuiteApplication.class, properties = "x=1")
    static class SecondOfContextA extends UsesInstances {}

    @TestPropertySource(properties = "management.endpoints.web.exposure.include=resilience")
    abstract static class UsesInstances {

        @Autowired
        private ResilienceRegistry registry;

        @Autowired
        private Flaky flaky;

        @Test
        void retriedCallShouldSucceedAndABulkheadsWaiterToo(@Autowired ApplicationContext context) {
            SuiteApplication.contexts.add(context);
            assertThat(flaky.call()).isEqualTo("ok");
            assertThatCallsWait(registry);
        }

        @Test
        void eventsShouldBeHeardOnceAndMetersAndHistoryBeThere(@Autowired ApplicationContext context) {
            Heard heard = context.getBean(Heard.class);
            int before = heard.events.get();
            CircuitBreaker breaker = registry.getOrCreate(CircuitBreaker.TYPE, "suite");
            breaker.forceOpen();
            breaker.reset();
            assertThat(heard.events.get() - before).isEqualTo(2);
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            context.getBean(ResilienceMeters.class).bindTo(meters); // as Spring Boot does, here again and again
            assertThat(meters.find("resilience.enabled").tag("name", "suite").gauges())
                    .hasSize(1);
            assertThat(context.getBean(History.class).isRunning()).isTrue();
            Map<?, ?> methods =
                    (Map<?, ?>) context.getBean(ResilienceEndpoint.class).all().get("methods");
            assertThat(methods).hasSize(1);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ResilienceAutoConfiguration.class,
        ResilienceEndpointAutoConfiguration.class,
        ResilienceMetricsAutoConfiguration.class
    })
    static class SuiteApplication {

        private static final Set<ApplicationContext> contexts = ConcurrentHashMap.newKeySet();

        @Bean
        Flaky flaky() {
            return new Flaky();
        }

        @Bean
        Heard heard() {
            return new Heard();
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    static class Heard {

        private final AtomicInteger events = new AtomicInteger();

        @EventListener
        void onStateChange(CircuitBreakerEvent.StateChanged event) {
            events.incrementAndGet();
        }
    }

    static class Flaky {

        private final AtomicInteger calls = new AtomicInteger();

        @Retry(baseDelay = "1ms")
        public String call() {
            if (calls.getAndIncrement() % 2 == 0) {
                throw new IllegalStateException("the first attempt fails");
            }
            return "ok";
        }
    }

    private static void assertThatCallsWait(ResilienceRegistry registry) {
        Bulkhead bulkhead = bulkhead(registry);
        CompletableFuture<String> inside = new CompletableFuture<>();
        bulkhead.callAsync(() -> inside);
        CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("ok"));
        inside.complete("done");
        assertThat(waiting).succeedsWithin(SOON).isEqualTo("ok");
    }

    private static Bulkhead bulkhead(ResilienceRegistry registry) {
        return registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).build());
    }
}
