package io.netrun.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The configurations that code has given for the keys of a family, each with the view through which it was given. The
 * first one counts. Without any, a key has the pattern's defaults. Thread-safe.
 *
 * @param <C> the pattern's configuration
 */
final class FamilyConfigs<C extends Record> {

    private final PolicyType<?, C> type;

    /** Immutable; each view has at most one configuration. Written under this object's lock. */
    private volatile List<Given<C>> given = List.of();

    FamilyConfigs(PolicyType<?, C> type) {
        this.type = type;
    }

    /** Returns the configuration of a key. Runs code of the application. */
    C of(String key) {
        List<Given<C>> present = given;
        return present.isEmpty() ? type.defaults() : present.get(0).config.apply(key);
    }

    /** Returns the configuration that counts, which is compared by identity; null for none. */
    @Nullable
    Given<C> first() {
        List<Given<C>> present = given;
        return present.isEmpty() ? null : present.get(0);
    }

    boolean isEmpty() {
        return given.isEmpty();
    }

    /**
     * Adds a configuration, unless the view has given one before.
     *
     * @return whether it is the only one, so that it counts
     */
    boolean tryAdd(CodeContribution view, Function<? super String, ? extends C> config) {
        if (isGivenBy(view)) {
            return false;
        }
        synchronized (this) {
            if (isGivenBy(view)) {
                return false;
            }
            List<Given<C>> all = new ArrayList<>(given);
            all.add(new Given<>(view, config));
            given = List.copyOf(all);
            return all.size() == 1;
        }
    }

    private boolean isGivenBy(CodeContribution view) {
        List<Given<C>> present = given;
        for (int i = 0; i < present.size(); i++) {
            if (present.get(i).view == view) {
                return true;
            }
        }
        return false;
    }

    /**
     * Removes the configuration of a view.
     *
     * @return whether it counted
     */
    synchronized boolean withdraw(CodeContribution view) {
        List<Given<C>> before = given;
        given = before.stream().filter(one -> one.view != view).toList();
        return !before.isEmpty() && before.get(0).view == view;
    }

    /** A configuration, by key. */
    record Given<C extends Record>(CodeContribution view, Function<? super String, ? extends C> config) {}
}
