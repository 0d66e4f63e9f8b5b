package io.netrun.resilience.spring.startup;

import io.netrun.resilience.spring.method.AdviceMode;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.pattern.RateLimitFields;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.Compatibility;
import io.netrun.resilience.spring.settings.GlobalSetting;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.UnknownExceptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

/** The settings that apply to the whole application and are read only when it starts. Thread-safe. */
public final class StartSettings {

    private static final Logger log = LoggerFactory.getLogger(StartSettings.class);

    private static final List<GlobalSetting<?>> ALL = List.of(
            new GlobalSetting<>("enabled", Boolean.class, true),
            new GlobalSetting<>("advice-mode", AdviceMode.class, AdviceMode.PROXY),
            new GlobalSetting<>("validation", Validation.class, Validation.STRICT),
            new GlobalSetting<>("unknown-exceptions", UnknownExceptions.class, UnknownExceptions.FAIL),
            new GlobalSetting<>("observations.enabled", Boolean.class, false),
            new GlobalSetting<>("propagate-mdc", Boolean.class, true),
            new GlobalSetting<>("rate-limit-headers", Boolean.class, false),
            new GlobalSetting<>("rate-limit-fields", RateLimitFields.class, RateLimitFields.RATE_LIMIT),
            new GlobalSetting<>("metrics.keyed", KeyedMeters.class, KeyedMeters.FAMILY),
            new GlobalSetting<>("fleet.enabled", Boolean.class, false),
            new GlobalSetting<>("metrics.resilience4j", Boolean.class, false),
            Compatibility.SETTING);

    private final Environment environment;
    private final Map<String, Object> atStart;
    private final AtomicReference<Map<String, Object>> latest;

    /** Remembers the settings with which the application starts. */
    public StartSettings(Environment environment) {
        this.environment = environment;
        this.atStart = GlobalSettings.values(environment, ALL);
        this.latest = new AtomicReference<>(atStart);
    }

    /** The problems of the present values. */
    public static List<Problem> problems(Environment environment) {
        return GlobalSettings.problems(environment, ALL);
    }

    /** Logs which settings have changed since the last call. The application keeps those with which it started. */
    public void warnOfChanges() {
        Map<String, Object> present = GlobalSettings.values(environment, ALL);
        Map<String, Object> former = latest.getAndSet(present);
        List<String> changed = present.entrySet().stream()
                .filter(setting -> !setting.getValue().equals(former.get(setting.getKey()))
                        && !setting.getValue().equals(atStart.get(setting.getKey())))
                .map(setting -> "resilience." + setting.getKey())
                .toList();
        if (!changed.isEmpty()) {
            log.warn("A change of {} takes effect at the next start.", String.join(", ", changed));
        }
    }
}
