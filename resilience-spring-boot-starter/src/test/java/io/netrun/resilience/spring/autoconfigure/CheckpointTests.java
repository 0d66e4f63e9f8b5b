package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.actuate.History;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crac.Core;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.test.util.ReflectionTestUtils;

/**
 * A checkpoint of the process, and its restore hours later. Spring takes part in both through the library org.crac,
 * behind which there is a stand-in for the JVM.
 */
class CheckpointTests {

    private static final Duration HOURS = Duration.ofHours(5);

    private final List<ConfigurableApplicationContext> open = new ArrayList<>();
    private ConfigurableApplicationContext application;
    private HandTicker ticker;
    private Client client;

    @BeforeEach
    void start() {
        Core.begin();
        application = start(null);
        ticker = application.getBean(HandTicker.class);
        client = application.getBean(Client.class);
    }

    private ConfigurableApplicationContext start(ConfigurableApplicationContext parent) {
        var started = new AnnotationConfigApplicationContext();
        open.add(started);
        if (parent == null) {
            TestPropertyValues.of(
                            "management.endpoint.resilience.access=UNRESTRICTED",
                            "management.endpoints.web.exposure.include=resilience")
                    .applyTo(started);
            started.register(Application.class, OfEach.class);
        } else {
            started.setParent(parent);
            started.register(OfEach.class);
        }
        started.refresh();
        return started;
    }

    @AfterEach
    void end() {
        Core.end();
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    /** As a tool that asks for a checkpoint does. */
    @SuppressWarnings("deprecation") // the newer way needs the JVM's management
    private static void checkpointAndRestore(Runnable meanwhile) {
        AtomicInteger happened = new AtomicInteger();
        Core.meanwhile(() -> {
            happened.incrementAndGet();
            meanwhile.run();
        });
        try {
            org.crac.Core.checkpointRestore();
        } catch (org.crac.CheckpointException | org.crac.RestoreException e) {
            throw new AssertionError("Not restored", e);
        }
        assertThat(happened).hasValue(1);
    }

    private void hoursPass() {
        checkpointAndRestore(() -> ticker.pass(HOURS));
    }

    private ResilienceRegistry registry() {
        return application.getBean(ResilienceRegistry.class);
    }

    private io.netrun.resilience.circuitbreaker.CircuitBreaker breaker(String name) {
        return registry()
                .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, name)
                .orElseThrow();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(client::fail).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void nothingShouldBeDoneBetweenCheckpointAndRestore() {
        History history = application.getBean(History.class);
        await().until(() -> ticker.scheduledCount() == 1);
        checkpointAndRestore(() -> {
            assertThat(history.isRunning()).isFalse();
            assertThat(ticker.scheduledCount()).as("timers").isZero();
        });
        assertThat(history.isRunning()).isTrue();
        await().until(() -> ticker.scheduledCount() == 1);
    }

    /** As with {@code spring.context.checkpoint=onRefresh}, before anything has been started. */
    @Test
    void checkpointAtTheEndOfTheStartShouldFindNothingRunning() {
        AtomicInteger timers = new AtomicInteger(-1);
        Core.meanwhile(() -> {
            ConfigurableApplicationContext starting = open.get(open.size() - 1);
            assertThat(starting.getBean(History.class).isRunning()).isFalse();
            HandTicker itsTicker = starting.getBean(HandTicker.class);
            timers.set(itsTicker.scheduledCount());
            itsTicker.pass(HOURS);
        });
        ReflectionTestUtils.setField(DefaultLifecycleProcessor.class, "checkpointOnRefresh", true);
        application = start(null);
        assertThat(timers).hasValue(0);
        client = application.getBean(Client.class);
        fail(2);
        assertThat(breaker("payments").state()).isEqualTo(State.OPEN);
        assertThat(application.getBean(History.class).isRunning()).isTrue();
    }

    @Test
    void circuitThatWasOpenShouldAdmitATrial() {
        fail(2);
        assertThatThrownBy(client::fail).isInstanceOf(CircuitOpenException.class);
        checkpointAndRestore(() -> {});
        assertThatThrownBy(client::fail).as("no time has passed").isInstanceOf(CircuitOpenException.class);
        hoursPass();
        assertThat(client.succeed()).isEqualTo("ok");
        assertThat(breaker("payments").state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void failuresOfBeforeShouldHaveLeftTheWindow() {
        assertThatThrownBy(client::recent).isInstanceOf(IllegalStateException.class);
        assertThat(breaker("recent").metrics().failureCount()).isEqualTo(1);
        hoursPass();
        assertThatThrownBy(client::recent).isInstanceOf(IllegalStateException.class);
        assertThat(breaker("recent").metrics().failureCount()).isEqualTo(1);
        assertThat(breaker("recent").state()).isEqualTo(State.CLOSED);
    }

    @Test
    void limiterShouldAdmitItsBurstAndNoMore() {
        client.limited();
        client.limited();
        assertThatThrownBy(client::limited).isInstanceOf(RateLimitExceededException.class);
        hoursPass();
        client.limited();
        client.limited();
        assertThatThrownBy(client::limited).isInstanceOf(RateLimitExceededException.class);
    }

    @Test
    void callsThatWaitedShouldGoOn() {
        CompletableFuture<String> limited = client.endless();
        CompletableFuture<String> retried = client.later();
        await().until(() -> ticker.scheduledCount() == 3);
        hoursPass();
        assertThat(limited)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutExceededException.class);
        assertThat(retried).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("attempt 2");
    }

    @Test
    void nothingShouldBeThereTwice() {
        ConfigurableApplicationContext child = start(application);
        application.getBean(ResilienceMeters.class).bindTo(application.getBean(MeterRegistry.class));
        List<Meter.Id> meters = meters();
        Map<?, ?> methods = methods();
        hoursPass();
        hoursPass();
        assertThat(meters).isNotEmpty();
        assertThat(meters()).hasSameElementsAs(meters).hasSameSizeAs(meters);
        assertThat(methods()).isEqualTo(methods);
        await().until(() -> ticker.scheduledCount() == 1);
        fail(2);
        assertThat(application.getBean(Listener.class).heard).hasSize(1);
        assertThat(child.getBean(Listener.class).heard).hasSize(1);
        assertThat(application
                        .getBean(MeterRegistry.class)
                        .get("resilience.circuitbreaker.calls")
                        .tag("name", "payments")
                        .tag("outcome", "failed")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
    }

    private List<Meter.Id> meters() {
        return application.getBean(MeterRegistry.class).getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().startsWith("resilience"))
                .toList();
    }

    private Map<?, ?> methods() {
        return (Map<?, ?>) application.getBean(ResilienceEndpoint.class).all().get("methods");
    }

    @Test
    void changesOfAnOperatorShouldStay() {
        act("circuit-breaker", "recent", "force-open", null);
        act("rate-limiter", "limited", null, "limit=7");
        act("retry", "later", null, "enabled=false");
        hoursPass();
        assertThat(breaker("recent").state()).isEqualTo(State.FORCED_OPEN);
        var limiter = registry()
                .find(io.netrun.resilience.ratelimiter.RateLimiter.TYPE, "limited")
                .orElseThrow();
        assertThat(limiter.config().limit()).isEqualTo(7);
        assertThat(registry()
                        .find(io.netrun.resilience.retry.Retry.TYPE, "later")
                        .orElseThrow()
                        .isEnabled())
                .isFalse();
        assertThat(breaker("payments").config().failureThreshold()).isEqualTo(2);
    }

    private void act(String pattern, String name, String action, String settings) {
        application
                .getBean(ResilienceEndpoint.class)
                .act(pattern, name, action, settings, null, null, null, null, SecurityContext.NONE);
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {

        @Bean
        HandTicker ticker() {
            return new HandTicker();
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        Client client() {
            return new Client();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ResilienceAutoConfiguration.class,
        ResilienceEndpointAutoConfiguration.class,
        ResilienceMetricsAutoConfiguration.class
    })
    static class OfEach {

        @Bean
        Listener listener() {
            return new Listener();
        }
    }

    static class Listener {

        private final List<Object> heard = new CopyOnWriteArrayList<>();

        @EventListener
        void onStateChange(CircuitBreakerEvent.StateChanged event) {
            heard.add(event);
        }
    }

    static class Client {

        private final AtomicInteger attempts = new AtomicInteger();

        @CircuitBreaker(name = "payments", failureThreshold = 2, openDuration = "1m")
        public String fail() {
            throw new IllegalStateException("down");
        }

        @CircuitBreaker(name = "payments")
        public String succeed() {
            return "ok";
        }

        @CircuitBreaker(name = "recent", windowDuration = "1m", minimumCalls = 2)
        public String recent() {
            throw new IllegalStateException("down");
        }

        @RateLimiter(name = "limited", limit = 2, period = "1s", burst = 2, maxWait = "0s")
        public void limited() {
            // Only its limit matters.
        }

        @Timeout(name = "endless", duration = "10s")
        public CompletableFuture<String> endless() {
            return new CompletableFuture<>();
        }

        @Retry(name = "later", baseDelay = "20s", maxDelay = "20s")
        public CompletableFuture<String> later() {
            int attempt = attempts.incrementAndGet();
            return attempt == 1
                    ? CompletableFuture.failedFuture(new IllegalStateException("down"))
                    : CompletableFuture.completedFuture("attempt " + attempt);
        }
    }
}
