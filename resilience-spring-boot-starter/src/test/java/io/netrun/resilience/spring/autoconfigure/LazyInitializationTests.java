package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.netrun.resilience.PolicyShutdownException;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;

/**
 * With {@code spring.main.lazy-initialization: true}, nothing is created that nobody asks for; nothing of ours may be
 * lost by that.
 */
@ExtendWith(OutputCaptureExtension.class)
class LazyInitializationTests {

    /** Nobody asks for these: they have their effect by being there. */
    private static final Set<String> ACT_BY_EXISTING = Set.of(
            "resilienceOwnBeans",
            "resilienceProtectedBeans",
            "resilienceProxyRecorder",
            "resilienceProxyFinisher",
            "resilienceStartupCheck",
            "resilienceShutdown",
            "resilienceContextMembership",
            "resilienceApplicationEvents",
            "resilienceConfiguredRegistry",
            "resilienceHistory",
            "resilienceOverview",
            "resilienceMdcPropagation");

    /** Spring, the application, or one of the beans above asks for these when they are needed. */
    private static final Set<String> ARE_ASKED_FOR = Set.of(
            "resilienceRegistry",
            "resilienceInstances",
            "resilienceMethodPipelines",
            "resilienceBackgroundBeans",
            "resilienceAdvisor",
            "resilienceRecentEvents",
            "resilienceSharingContexts",
            "resilienceThreadBoundCalls",
            "resilienceTransactionBinding",
            "resilienceRequestBinding",
            "resilienceLocaleBinding",
            "resilienceThreadScopeBinding",
            "resilienceHeldBindings",
            "resilienceCloudCircuits",
            "resilienceCircuitBreakerFactory",
            "reactiveResilienceCircuitBreakerFactory",
            "resilienceHttpClients",
            "resilientRestClients",
            "resilientWebClients",
            "resilienceRefresh",
            "resilienceMeters",
            "resilienceEndpoint",
            "resilienceChains",
            "resilienceOperators",
            "resilienceOperatorJournal",
            "resilienceFleetChanges",
            "resilienceDashboard",
            "resilienceHealthIndicator");

    private ConfigurableApplicationContext context;

    @AfterEach
    void close() {
        if (context != null) {
            context.close();
        }
    }

    @Test
    void beanOfTheStarterShouldActOrBeAskedFor() {
        start(Client.class);
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        Set<String> ours = new TreeSet<>();
        Set<String> created = new TreeSet<>();
        for (String name : beans.getBeanDefinitionNames()) {
            BeanDefinition definition = beans.getMergedBeanDefinition(name);
            if (definition.getFactoryMethodName() != null && isOurs(definition)) {
                ours.add(name);
                if (beans.containsSingleton(name)) {
                    created.add(name);
                }
            }
        }
        assertThat(created).containsAll(ACT_BY_EXISTING);
        ours.removeAll(ACT_BY_EXISTING);
        assertThat(ours).as("new beans have to be in one of the two lists").isEqualTo(new TreeSet<>(ARE_ASKED_FOR));
    }

    private static boolean isOurs(BeanDefinition definition) {
        return String.valueOf(definition.getFactoryBeanName()).startsWith("io.netrun.resilience.spring.autoconfigure")
                || String.valueOf(definition.getBeanClassName())
                        .startsWith("io.netrun.resilience.spring.autoconfigure");
    }

    @Test
    void eventsMetersAndHealthShouldBeThere() {
        start(Client.class, Listener.class);
        fail(5);
        assertThat(context.getBean(Listener.class).heard).hasValue(1);
        assertThat(context.getBean(MeterRegistry.class)
                        .get("resilience.circuitbreaker.state")
                        .meters())
                .isNotEmpty();
        assertThat(context.getBean(ResilienceEndpoint.class)
                        .instance("circuit-breaker", "payments")
                        .getBody())
                .asString()
                .contains("event=stateChanged");
        assertThat(context.getBean("resilienceHealthIndicator")).isNotNull();
    }

    @Test
    void callThatWaitsShouldFailAtTheEnd() {
        start(Client.class);
        Bulkhead bulkhead = context.getBean(ResilienceRegistry.class)
                .getOrCreate(
                        Bulkhead.TYPE,
                        "reports",
                        BulkheadConfig.builder().maxConcurrent(1).build());
        bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("late"));
        context.close();
        assertThat(waiting)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(PolicyShutdownException.class);
    }

    @Test
    void beanWhoseClassIsKnownShouldBeCheckedAtTheStart() {
        assertThatThrownBy(() -> start(FinalMethod.class)).hasMessageContaining("FinalMethod.call");
    }

    @Test
    void beanThatIsKnownByItsInterfaceShouldBeCheckedWhenCreated(CapturedOutput output) {
        start(Interfaces.class);
        assertThat(output).doesNotContain("@Fallback finds no method");
        for (String name : List.of("mistyped", "prototype", "prototype")) {
            Api api = context.getBean(name, Api.class);
            assertThatThrownBy(api::call).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(api::call).isInstanceOf(IllegalStateException.class);
            assertThat(api.calls()).as("the retry is there all the same").isEqualTo(4);
        }
        assertThat(lines(output, "@Fallback finds no method named 'insted'")).hasSize(1);
        assertThat(lines(output, "@Fallback finds no method named 'inplace'")).hasSize(1);
    }

    @Test
    void finalMethodOfABeanThatIsKnownByItsInterfaceShouldBeReported(CapturedOutput output) {
        start(Interfaces.class);
        context.getBean("hidden", Api.class);
        assertThat(lines(output, "Hidden.hidden is annotated with @Retry, but is final"))
                .hasSize(1);
    }

    @Test
    void settingsOfALateBeanThatAreWrongShouldNotFailItsCalls(CapturedOutput output) {
        start(Interfaces.class);
        Api api = context.getBean("unreadable", Api.class);
        assertThatThrownBy(api::call).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(api::call).isInstanceOf(IllegalStateException.class);
        assertThat(api.calls()).isEqualTo(2);
        assertThat(lines(output, "maxAttempts is -3")).hasSize(1);
    }

    private void start(Class<?>... beans) {
        Class<?>[] sources = Arrays.copyOf(beans, beans.length + 1);
        sources[beans.length] = Application.class;
        context = new SpringApplicationBuilder(sources)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.main.lazy-initialization=true",
                        "spring.lifecycle.timeout-per-shutdown-phase=1s",
                        "management.endpoints.web.exposure.include=*",
                        "resilience.circuit-breaker.defaults.health=details")
                .run();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(context.getBean(Client.class)::call).isInstanceOf(IllegalStateException.class);
        }
    }

    private static List<String> lines(CapturedOutput output, String text) {
        return new ArrayList<>(
                output.getOut().lines().filter(line -> line.contains(text)).toList());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    static class Client {

        @CircuitBreaker(name = "payments")
        public void call() {
            throw new IllegalStateException("the service is down");
        }
    }

    static class Listener {

        private final AtomicInteger heard = new AtomicInteger();

        @EventListener
        void onStateChange(CircuitBreakerEvent.StateChanged event) {
            heard.incrementAndGet();
        }
    }

    static class FinalMethod {

        @Retry
        public final void call() {}
    }

    interface Api {

        void call();

        int calls();
    }

    @Configuration(proxyBeanMethods = false)
    static class Interfaces {

        @Bean
        Api mistyped() {
            return new Mistyped();
        }

        @Bean
        @Scope("prototype")
        Api prototype() {
            return new Prototype();
        }

        @Bean
        Api hidden() {
            return new Hidden();
        }

        @Bean
        Api unreadable() {
            return new Unreadable();
        }
    }

    abstract static class Counting implements Api {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public int calls() {
            return calls.get();
        }

        protected void fail() {
            calls.incrementAndGet();
            throw new IllegalStateException("every attempt fails");
        }
    }

    static class Mistyped extends Counting {

        @Override
        @Retry(maxAttempts = 2, baseDelay = "0s", onExhausted = "rethrow")
        @Fallback(method = "insted")
        public void call() {
            fail();
        }
    }

    static class Prototype extends Counting {

        @Override
        @Retry(maxAttempts = 2, baseDelay = "0s", onExhausted = "rethrow")
        @Fallback(method = "inplace")
        public void call() {
            fail();
        }
    }

    static class Hidden extends Counting {

        @Override
        public void call() {
            fail();
        }

        @Retry
        public final void hidden() {}

        @Retry
        public void visible() {}
    }

    static class Unreadable extends Counting {

        @Override
        @Retry(maxAttempts = -3)
        public void call() {
            fail();
        }
    }
}
