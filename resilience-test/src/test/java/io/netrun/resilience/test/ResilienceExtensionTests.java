package io.netrun.resilience.test;

import static io.netrun.resilience.test.ResilienceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;

class ResilienceExtensionTests {

    @RegisterExtension
    final ResilienceExtension resilience = new ResilienceExtension();

    @Test
    void registryShouldLiveByTheTicker() {
        CircuitBreaker breaker = resilience.registry().getOrCreate(CircuitBreaker.TYPE, "payments");
        breaker.reconfigure(c -> c.toBuilder().failureThreshold(1).build());
        org.assertj.core.api.Assertions.catchThrowable(() -> breaker.run(() -> {
            throw new IllegalStateException("down");
        }));
        assertThat(resilience.circuitBreaker("payments")).isOpen();
        resilience.ticker().advance(Duration.ofMinutes(1));
        breaker.run(() -> assertThat(breaker).isHalfOpen());
    }

    @Test
    void circuitBreakerThatIsMissingShouldNameThoseThereAre() {
        resilience.registry().getOrCreate(CircuitBreaker.TYPE, "payments");
        assertThatThrownBy(() -> resilience.circuitBreaker("payment"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("there is no circuit-breaker 'payment', but ['payments']");
    }

    @Test
    void afterEachTestTheSharedRegistryShouldBeInOrder() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Untidy.class))
                .execute()
                .testEvents()
                .assertStatistics(events -> events.started(2).succeeded(2));
    }

    @Test
    void whatTheConfigurationSwitchedOffShouldStayOff() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(SwitchedOff.class))
                .execute()
                .testEvents()
                .assertStatistics(events -> events.started(2).succeeded(2));
    }

    /** Run by the test above, not by itself. */
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class SwitchedOff {

        private static final ResilienceRegistry REGISTRY = ResilienceRegistry.create();
        private static final CircuitBreaker BREAKER = REGISTRY.getOrCreate(CircuitBreaker.TYPE, "payments");

        static {
            BREAKER.setEnabled(false);
        }

        @RegisterExtension
        final ResilienceExtension resilience = ResilienceExtension.of(() -> REGISTRY);

        @Test
        @Order(1)
        void switchesItOn() {
            BREAKER.setEnabled(true);
            CircuitBreaker own = CircuitBreaker.of("own");
            own.setEnabled(false);
            REGISTRY.register(own);
        }

        @Test
        @Order(2)
        void findsItSwitchedOff() {
            assertThat(BREAKER).isDisabled();
            assertThat(resilience.circuitBreaker("own")).isDisabled();
        }
    }

    /** Run by the test above, not by itself: its name ends on nothing that the build looks for. */
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Untidy {

        private static final ResilienceRegistry REGISTRY = ResilienceRegistry.create();
        private static final CircuitBreaker BREAKER = REGISTRY.getOrCreate(CircuitBreaker.TYPE, "payments");

        @RegisterExtension
        final ResilienceExtension resilience = ResilienceExtension.of(() -> REGISTRY);

        @Test
        @Order(1)
        void leavesItOpenAndSwitchedOff() {
            BREAKER.forceOpen();
            BREAKER.setEnabled(false);
        }

        @Test
        @Order(2)
        void findsItClosedAndSwitchedOn() {
            assertThat(BREAKER).isClosed().isEnabled();
        }
    }
}
