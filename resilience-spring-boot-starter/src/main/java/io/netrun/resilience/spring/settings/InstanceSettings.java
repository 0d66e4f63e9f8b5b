package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a created instance: as resolved, and as in force after changes by an operator. Compared by identity.
 *
 * @param <C> the pattern's configuration record
 */
final class InstanceSettings<C extends Record> {

    private final ResolvedSettings<C> read;
    private final ResolvedSettings<C> resolved;
    private final ResolvedSettings<C> effective;
    private final @Nullable C fromCode;

    /** The sections that do not apply, with their texts; null if all do. */
    private final @Nullable Map<String, String> leftOut;

    /**
     * Creates settings without changes by an operator.
     *
     * @param read the settings before customizers
     * @param resolved the settings after customizers
     * @param fromCode the configuration from code, null for none
     */
    InstanceSettings(ResolvedSettings<C> read, ResolvedSettings<C> resolved, @Nullable C fromCode) {
        this(read, resolved, resolved, fromCode, null);
    }

    private InstanceSettings(
            ResolvedSettings<C> read,
            ResolvedSettings<C> resolved,
            ResolvedSettings<C> effective,
            @Nullable C fromCode,
            @Nullable Map<String, String> leftOut) {
        this.read = read;
        this.resolved = resolved;
        this.effective = effective;
        this.fromCode = fromCode;
        this.leftOut = leftOut;
    }

    /**
     * Settings that are only from code.
     *
     * @param health the role in the health
     * @param fromCode the configuration from code; null if it counts as none
     */
    static <C extends Record> InstanceSettings<C> ofCode(
            PatternDescriptor<?, C> pattern, C config, HealthRole health, @Nullable C fromCode) {
        ResolvedSettings<C> settings = SettingsResolver.ofCode(pattern, config, health);
        return new InstanceSettings<>(settings, settings, fromCode);
    }

    /**
     * These settings for an instance whose sections do not apply.
     *
     * @param sections the texts of the sections' settings
     */
    InstanceSettings<C> leavingOut(Map<String, String> sections) {
        return new InstanceSettings<>(read, resolved, effective, fromCode, Map.copyOf(sections));
    }

    /** The texts of the sections that do not apply; null if all sections apply. */
    @Nullable
    Map<String, String> leftOut() {
        return leftOut;
    }

    /** Whether a reader finds the same values again. Customizers and code are not compared. */
    boolean isReadAs(ResolvedSettings<C> other) {
        return read.enabled() == other.enabled()
                && differing(read.config(), other.config()).isEmpty();
    }

    ResolvedSettings<C> resolved() {
        return resolved;
    }

    ResolvedSettings<C> effective() {
        return effective;
    }

    @Nullable
    C fromCode() {
        return fromCode;
    }

    /** A copy without a configuration from code for the next time that the settings are resolved. */
    InstanceSettings<C> withoutCode() {
        return new InstanceSettings<>(resolved, effective, null);
    }

    /**
     * A copy with an operator's change. A value that code has changed meanwhile stays apart from it, so that its origin
     * remains code.
     *
     * @param inForce the configuration with the change
     * @param changed the settings that the operator has changed, by Java name
     */
    InstanceSettings<C> withOperatorChange(C inForce, Set<String> changed) {
        Map<String, String> origins = new LinkedHashMap<>(effective.origins());
        changed.forEach(setting -> origins.put(setting, ValueWithOrigin.OPERATOR));
        C config;
        try {
            config = Setting.with(effective.config(), Setting.values(inForce, changed));
        } catch (IllegalArgumentException onlyWithCode) {
            Set<String> byCode = differing(effective.config(), inForce);
            byCode.removeAll(changed);
            byCode.forEach(setting -> origins.put(setting, ValueWithOrigin.CODE));
            config = inForce;
        }
        return new InstanceSettings<>(
                read,
                resolved,
                new ResolvedSettings<>(config, origins, effective.enabled(), effective.health()),
                fromCode,
                leftOut);
    }

    /**
     * Later settings that keep the operator's changes to these.
     *
     * @param except settings that take the later value instead
     * @throws IllegalArgumentException if the operator's changes conflict with the later settings
     */
    InstanceSettings<C> rebasedOn(InstanceSettings<C> later, Set<String> except) {
        Set<String> byOperator = operatorSettings();
        byOperator.removeAll(except);
        if (byOperator.isEmpty()) {
            return later;
        }
        C config = Setting.with(later.resolved.config(), Setting.values(effective.config(), byOperator));
        return later.withOperatorChange(config, byOperator);
    }

    /**
     * The settings that code has changed, by Java name: those that differ from these, and those on which an operator's
     * change depended.
     *
     * @param config the configuration in force
     */
    Map<String, @Nullable Object> changedIn(C config) {
        Set<String> changed = differing(resolved.config(), effective.config());
        changed.removeIf(
                setting -> !ValueWithOrigin.CODE.equals(effective.origins().get(setting)));
        changed.addAll(differing(effective.config(), config));
        return Setting.values(config, changed);
    }

    /** The configuration in force with other values; without them if they conflict with it. */
    C inForceWith(Map<String, @Nullable Object> values) {
        try {
            return Setting.with(effective.config(), values);
        } catch (IllegalArgumentException conflicting) {
            return effective.config();
        }
    }

    /** The settings that an operator has changed, by Java name, as a mutable set. */
    Set<String> operatorSettings() {
        Set<String> byOperator = new LinkedHashSet<>(effective.origins().keySet());
        byOperator.removeIf(
                setting -> !ValueWithOrigin.OPERATOR.equals(effective.origins().get(setting)));
        return byOperator;
    }

    /** Whether other settings are equal. Code is not compared, since it may be created anew each time. */
    boolean isSameAs(InstanceSettings<C> other) {
        return differing(other).isEmpty()
                && resolved.enabled() == other.resolved.enabled()
                && resolved.health() == other.resolved.health()
                && resolved.origins().equals(other.resolved.origins())
                && (leftOut == null) == (other.leftOut == null);
    }

    /** The settings whose resolved values differ, by Java name. */
    Set<String> differing(InstanceSettings<C> other) {
        return differing(resolved.config(), other.resolved.config());
    }

    /** The settings whose effective values differ, by Java name. */
    Set<String> differingEffective(InstanceSettings<C> other) {
        Set<String> differing = differing(effective.config(), other.effective.config());
        if (effective.enabled() != other.effective.enabled()) {
            differing.add(Option.ENABLED.key());
        }
        return differing;
    }

    private static Set<String> differing(Record one, Record other) {
        Set<String> differing = new LinkedHashSet<>();
        for (Setting setting : Setting.of(one)) {
            if (setting.isWritable() && !setting.isSameIn(one, other)) {
                differing.add(setting.name());
            }
        }
        return differing;
    }
}
