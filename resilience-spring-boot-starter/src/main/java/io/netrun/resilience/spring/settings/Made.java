package io.netrun.resilience.spring.settings;

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
final class Made<C extends Record> {

    private final ResolvedSettings<C> resolved;
    private final ResolvedSettings<C> inForce;
    private final @Nullable C given;

    /**
     * Creates settings without changes by an operator.
     *
     * @param given the configuration from code, null for none
     */
    Made(ResolvedSettings<C> resolved, @Nullable C given) {
        this(resolved, resolved, given);
    }

    private Made(ResolvedSettings<C> resolved, ResolvedSettings<C> inForce, @Nullable C given) {
        this.resolved = resolved;
        this.inForce = inForce;
        this.given = given;
    }

    ResolvedSettings<C> resolved() {
        return resolved;
    }

    ResolvedSettings<C> inForce() {
        return inForce;
    }

    @Nullable
    C given() {
        return given;
    }

    /** A copy with an operator's change. */
    Made<C> changedByOperator(C config, Set<String> changed) {
        Map<String, String> origins = new LinkedHashMap<>(inForce.origins());
        changed.forEach(setting -> origins.put(setting, ValueWithOrigin.OPERATOR));
        return new Made<>(
                resolved, new ResolvedSettings<>(config, origins, inForce.enabled(), inForce.health()), given);
    }

    /** Later settings that keep all of the operator's changes to these. */
    Made<C> followedBy(Made<C> later) {
        return followedBy(later, Set.of());
    }

    /**
     * Later settings that keep the operator's changes to these.
     *
     * @param except settings that take the later value instead
     * @throws IllegalArgumentException if the operator's changes conflict with the later settings
     */
    Made<C> followedBy(Made<C> later, Set<String> except) {
        Set<String> byOperator = changedByOperator();
        byOperator.removeAll(except);
        if (byOperator.isEmpty()) {
            return later;
        }
        C config = Setting.with(later.resolved.config(), Setting.values(inForce.config(), byOperator));
        return later.changedByOperator(config, byOperator);
    }

    /** The settings that an operator has changed, by Java name, as a mutable set. */
    Set<String> changedByOperator() {
        Set<String> byOperator = new LinkedHashSet<>(inForce.origins().keySet());
        byOperator.removeIf(
                setting -> !ValueWithOrigin.OPERATOR.equals(inForce.origins().get(setting)));
        return byOperator;
    }

    /** Whether other settings are equal. Code is not compared, since it may be created anew each time. */
    boolean isSameAs(Made<C> other) {
        return differing(other).isEmpty()
                && resolved.enabled() == other.resolved.enabled()
                && resolved.health() == other.resolved.health()
                && resolved.origins().equals(other.resolved.origins());
    }

    /** The settings whose resolved values differ, by Java name. */
    Set<String> differing(Made<C> other) {
        return differing(resolved.config(), other.resolved.config());
    }

    /** The settings whose effective values differ, by Java name. */
    Set<String> differingInForce(Made<C> other) {
        return differing(inForce.config(), other.inForce.config());
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
