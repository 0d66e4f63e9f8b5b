package io.netrun.resilience.spring.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Settings of instances that are shared with other processes, in an application without a fleet. */
@ExtendWith(OutputCaptureExtension.class)
class FleetSettingTests {

    private static final String WARNING = "takes part in no fleet";

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static class Shop {

        @RateLimiter(name = "annotated", scope = "fleet")
        public String limited() {
            return "";
        }

        @Bulkhead(name = "annotated", scope = "fleet")
        public String concurrent() {
            return "";
        }

        @CircuitBreaker(name = "annotated", fleet = "quorum", fleetQuorum = 0.75)
        public String guarded() {
            return "";
        }
    }

    @Test
    void annotationShouldSetTheScope() {
        runner.withBean(Shop.class).run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(io.netrun.resilience.ratelimiter.RateLimiter.TYPE, "annotated"))
                    .hasValueSatisfying(
                            limiter -> assertThat(limiter.config().scope()).isEqualTo(LimitScope.FLEET));
            assertThat(registry.find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "annotated"))
                    .hasValueSatisfying(
                            bulkhead -> assertThat(bulkhead.config().scope()).isEqualTo(LimitScope.FLEET));
            assertThat(registry.find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "annotated"))
                    .hasValueSatisfying(circuit -> {
                        assertThat(circuit.config().fleet()).isEqualTo(FleetMode.QUORUM);
                        assertThat(circuit.config().fleetQuorum()).isEqualTo(0.75);
                    });
        });
    }

    @Test
    void instancesOfAFleetShouldBeNamedInOneWarningWithoutIt(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.rate-limiter.instances.geocoder.scope=fleet",
                        "resilience.bulkhead.instances.database.scope=fleet",
                        "resilience.bulkhead.instances.local.scope=node",
                        "resilience.bulkhead.instances.off.scope=fleet",
                        "resilience.bulkhead.instances.off.enabled=false",
                        "resilience.circuit-breaker.instances.payments.fleet=quorum",
                        "resilience.circuit-breaker.instances.ledger.fleet=hint")
                .run(context -> assertThat(output.getOut().lines().filter(line -> line.contains(WARNING)))
                        .singleElement()
                        .asString()
                        .contains(
                                "WARN",
                                "Bulkhead 'database' (scope: fleet), RateLimiter 'geocoder' (scope: fleet),"
                                        + " CircuitBreaker 'payments' (fleet: quorum). Add the dependency"));
    }

    @Test
    void applicationWithoutSharedInstancesShouldNotBeWarned(CapturedOutput output) {
        runner.withPropertyValues("resilience.circuit-breaker.instances.payments.fleet=none")
                .run(context -> assertThat(output).doesNotContain(WARNING));
    }

    @Test
    void fleetThatIsEnabledWithoutItsModuleShouldBeWarnedOf(CapturedOutput output) {
        runner.withPropertyValues("resilience.fleet.enabled=true")
                .run(context -> assertThat(output)
                        .contains("resilience.fleet.enabled is true, but the class path has no fleet. Add the"
                                + " dependency resilience-fleet"));
    }

    @Test
    void wrongFleetSettingsShouldBeReportedWithTheirRemedies() {
        runner.withPropertyValues(
                        "resilience.fleet.enabled=perhaps",
                        "resilience.fleet.intervall=1s",
                        "resilience.rate-limiter.instances.geocoder.scope=world",
                        "resilience.circuit-breaker.instances.payments.fleet=maybe",
                        "resilience.circuit-breaker.instances.ledger.fleet-quorum=1.5")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anySatisfy(problem -> assertThat(problem.description())
                                .contains("resilience.fleet.enabled", "'perhaps'", "true or false"))
                        .anySatisfy(problem -> {
                            assertThat(problem.description()).contains("unknown key 'intervall'");
                            assertThat(problem.remedy()).contains("Did you mean 'interval'?");
                        })
                        .anySatisfy(problem -> assertThat(problem.description()).contains("one of node, fleet"))
                        .anySatisfy(
                                problem -> assertThat(problem.remedy()).isEqualTo("Write one of none, hint, quorum"))
                        .anySatisfy(problem -> {
                            assertThat(problem.description())
                                    .isEqualTo(
                                            "CircuitBreaker 'ledger': fleetQuorum is 1.5: must be above 0, at most 1");
                            assertThat(problem.remedy())
                                    .contains("resilience.circuit-breaker.instances[ledger].fleet-quorum");
                        }));
    }

    private static List<Problem> problems(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof ResilienceConfigurationException)) {
            cause = cause.getCause();
        }
        return ((ResilienceConfigurationException) cause).problems();
    }
}
