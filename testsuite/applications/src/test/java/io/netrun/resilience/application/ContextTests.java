package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceThreadAutoConfiguration;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestAttributesThreadLocalAccessor;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * What is bound to the caller's thread, as code sees it that a policy runs elsewhere. Each kind of context has an
 * accessor: Micrometer and Spring Security register theirs, the starter that of the MDC; the one for the request is the
 * application's to register.
 */
class ContextTests {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String EVERYTHING = "mdc=acme, request=true, user=ada, observation=outer";

    private final ObservationRegistry observations = ObservationRegistry.create();
    private final RequestAttributesThreadLocalAccessor request = new RequestAttributesThreadLocalAccessor();
    private Observation outer;
    private Observation.Scope scope;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceThreadAutoConfiguration.class))
            .withBean(Witness.class, () -> new Witness(observations));

    @BeforeEach
    void bindEverything() {
        observations.observationConfig().observationHandler(context -> true);
        ContextRegistry.getInstance().registerThreadLocalAccessor(request);
        MDC.put("tenant", "acme");
        RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("ada", ""));
        outer = Observation.start("outer", observations);
        scope = outer.openScope();
    }

    @AfterEach
    void unbind() {
        scope.close();
        outer.stop();
        SecurityContextHolder.clearContext();
        RequestContextHolder.resetRequestAttributes();
        MDC.clear();
        ContextRegistry.getInstance().removeThreadLocalAccessor(Slf4jThreadLocalAccessor.KEY);
        ContextRegistry.getInstance().removeThreadLocalAccessor(String.valueOf(request.key()));
    }

    @Test
    void workerShouldHaveIt() {
        runner.run(context -> assertThat(witness(context).onAWorker()).isEqualTo(EVERYTHING));
    }

    @Test
    void mdcShouldStayBehindWhereTheApplicationWantsThat() {
        runner.withPropertyValues("resilience.propagate-mdc=false")
                .run(context -> assertThat(witness(context).onAWorker()).startsWith("mdc=null, request=true"));
    }

    @Test
    void accessorThatTheApplicationHasRegisteredShouldStay() {
        Slf4jThreadLocalAccessor own = new Slf4jThreadLocalAccessor("tenant");
        ContextRegistry.getInstance().registerThreadLocalAccessor(own);
        runner.run(context -> {
            assertThat(ContextRegistry.getInstance().getThreadLocalAccessors()).contains(own);
            assertThat(witness(context).onAWorker()).isEqualTo(EVERYTHING);
        });
    }

    @Test
    void callInARequestThatIsCarriedAlongShouldRunOnAWorker() {
        runner.run(context -> assertThat(witness(context).thread()).isNotNull().isNotSameAs(Thread.currentThread()));
    }

    @Test
    void callInARequestThatIsNotCarriedAlongShouldStayOnItsThread() {
        ContextRegistry.getInstance().removeThreadLocalAccessor(String.valueOf(request.key()));
        runner.run(context -> assertThat(witness(context).thread()).isSameAs(Thread.currentThread()));
    }

    @Test
    void laterAttemptShouldHaveIt() {
        runner.run(context ->
                assertThat(witness(context).later()).succeedsWithin(LONG).isEqualTo(EVERYTHING));
    }

    @Test
    void hedgedAttemptShouldHaveIt() {
        runner.run(context -> assertThat(witness(context).hedged()).isEqualTo(EVERYTHING));
    }

    @Test
    void fallbackShouldHaveIt() {
        runner.run(context ->
                assertThat(witness(context).replaced()).succeedsWithin(LONG).isEqualTo(EVERYTHING));
    }

    private static Witness witness(AssertableApplicationContext context) {
        return context.getBean(Witness.class);
    }

    /** Reports what it finds on its thread. */
    static class Witness {

        private final ObservationRegistry observations;
        private final AtomicInteger attempts = new AtomicInteger();

        Witness(ObservationRegistry observations) {
            this.observations = observations;
        }

        @Timeout(duration = "30s", thread = "worker")
        public String onAWorker() {
            return found();
        }

        @Timeout(duration = "30s")
        public Thread thread() {
            return Thread.currentThread();
        }

        @Retry(maxAttempts = 2, baseDelay = "5ms")
        public CompletableFuture<String> later() {
            return attempts.incrementAndGet() == 1
                    ? CompletableFuture.failedFuture(new IllegalStateException("the first"))
                    : CompletableFuture.completedFuture(found());
        }

        @Hedge(delay = "5ms", maxAttempts = 2)
        public String hedged() throws InterruptedException {
            if (attempts.incrementAndGet() == 1) {
                Thread.sleep(LONG.toMillis());
            }
            return found();
        }

        @Fallback(method = "instead")
        @Timeout(duration = "5ms")
        public CompletableFuture<String> replaced() {
            return new CompletableFuture<>();
        }

        CompletableFuture<String> instead(Exception failure) {
            return CompletableFuture.completedFuture(found());
        }

        private String found() {
            RequestAttributes request = RequestContextHolder.getRequestAttributes();
            Authentication user = SecurityContextHolder.getContext().getAuthentication();
            Observation observation = observations.getCurrentObservation();
            return "mdc=" + MDC.get("tenant") + ", request=" + (request != null) + ", user="
                    + (user == null ? null : user.getName()) + ", observation="
                    + (observation == null ? null : observation.getContext().getName());
        }
    }
}
