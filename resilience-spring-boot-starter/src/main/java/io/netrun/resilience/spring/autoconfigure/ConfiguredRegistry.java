package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.List;
import java.util.Objects;
import org.springframework.core.env.Environment;

/** Applies the configuration to the instances of a registry, also of one that the application has created itself. */
final class ConfiguredRegistry {

    ConfiguredRegistry(ResilienceRegistry registry, InstanceFactory instances) {
        instances.follow(requireReal(registry));
    }

    /**
     * Rejects a mock, such as that of a test, which returns null where a registry never does: nothing could be
     * protected with it, and calls would fail far from the reason.
     */
    static ResilienceRegistry requireReal(ResilienceRegistry registry) {
        if (Objects.isNull(registry.ticker())) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    "The bean of type ResilienceRegistry has no ticker and creates no instances, as a mock does",
                    "Use a spy, such as @MockitoSpyBean, or a bean from ResilienceRegistry.create()")));
        }
        Tickers.requireReal(registry.ticker(), "The ticker of the bean of type ResilienceRegistry");
        return registry;
    }

    /** Also for calls of code through the instances. An application may have opted out in code as well. */
    static void leaveMdcIfWanted(ResilienceRegistry registry, Environment environment) {
        if (!GlobalSettings.orElse(environment, "propagate-mdc", Boolean.class, true)) {
            registry.carryMdc(false);
        }
    }
}
