package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Require;
import io.netrun.resilience.fleet.FleetConfig;
import io.netrun.resilience.fleet.WhenAway;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.GlobalSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.core.env.Environment;

/**
 * The settings under {@code resilience.fleet}. A value that is wrong is a problem, which the start-up check reports;
 * until then, the default is in its stead.
 */
final class FleetSettings {

    static final String PREFIX = "resilience.fleet.";

    private static final String APPLICATION = "spring.application.name";
    private static final FleetConfig DEFAULTS = FleetConfig.defaults();
    private static final int LEAST_INTERVALS = 5;

    private final Environment environment;
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final String name;
    private final String keyPrefix;
    private final boolean required;
    private final FleetConfig config;

    FleetSettings(Environment environment) {
        this.environment = environment;
        this.name = readName();
        this.keyPrefix = checked("key-prefix", read("key-prefix", String.class, "resilience"), "resilience");
        this.required = read("required", Boolean.class, false);
        this.config = readConfig();
    }

    private String readName() {
        String own = read("name", String.class, "");
        String application = environment.getProperty(APPLICATION, "");
        if (!own.isBlank()) {
            return checked("name", own, "application");
        }
        if (application.isBlank()) {
            problems.add(new Problem(
                    PREFIX + "name is not set, and neither is " + APPLICATION,
                    "Set one of them: the same name in all processes that share limits and circuits"));
            return "application";
        }
        return application;
    }

    private String checked(String key, String value, String otherwise) {
        try {
            return Require.name(value);
        } catch (InvalidSettingException wrong) {
            add(key, String.valueOf(wrong.getMessage()).replaceFirst("^name", key));
            return otherwise;
        }
    }

    private FleetConfig readConfig() {
        Duration interval = read("interval", Duration.class, DEFAULTS.interval());
        Duration lease = read("lease", Duration.class, DEFAULTS.lease());
        int nodes = read("expected-nodes", Integer.class, DEFAULTS.expectedNodes());
        WhenAway whenAway = read("when-away", WhenAway.class, DEFAULTS.whenAway());
        int one = DEFAULTS.expectedNodes();
        FleetConfig timed = valid(DEFAULTS, () -> new FleetConfig(interval, longEnough(interval), one, whenAway));
        FleetConfig leased = valid(timed, () -> new FleetConfig(timed.interval(), lease, one, whenAway));
        return valid(leased, () -> new FleetConfig(leased.interval(), leased.lease(), nodes, whenAway));
    }

    /** A lease that fits, so that a wrong interval is not reported as a wrong lease. */
    private static Duration longEnough(Duration interval) {
        Duration least = interval.multipliedBy(LEAST_INTERVALS);
        return least.compareTo(DEFAULTS.lease()) > 0 ? least : DEFAULTS.lease();
    }

    private FleetConfig valid(FleetConfig otherwise, Supplier<FleetConfig> candidate) {
        try {
            return candidate.get();
        } catch (InvalidSettingException wrong) {
            add(
                    wrong.field().equals("expectedNodes") ? "expected-nodes" : wrong.field(),
                    String.valueOf(wrong.getMessage()));
            return otherwise;
        }
    }

    private void add(String key, String message) {
        String property = PREFIX + key;
        String remedy = environment.containsProperty(property) || isWritten(key)
                ? "Change it here: " + GlobalSettings.location(environment, "fleet." + key)
                : "This is the default. Set " + property + " explicitly, or change the conflicting setting";
        problems.add(new Problem("Fleet: " + message, remedy));
    }

    private boolean isWritten(String key) {
        return GlobalSettings.find(environment, "fleet." + key, Object.class).isPresent();
    }

    private <T> T read(String key, Class<T> type, T otherwise) {
        try {
            Optional<T> value = GlobalSettings.find(environment, "fleet." + key, type);
            return value.orElse(otherwise);
        } catch (ResilienceConfigurationException wrong) {
            problems.addAll(wrong.problems());
            return otherwise;
        }
    }

    /** What is wrong; empty if all is well. */
    List<Problem> problems() {
        return new ArrayList<>(problems);
    }

    /** The name of the fleet. */
    String name() {
        return name;
    }

    String keyPrefix() {
        return keyPrefix;
    }

    /** Whether the application needs the store for its start. */
    boolean isRequired() {
        return required;
    }

    FleetConfig config() {
        return config;
    }
}
