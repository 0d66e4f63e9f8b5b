package io.netrun.resilience;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The configurations that code has given for the instances of a registry, each with the view through which it was
 * given. The first one of an instance counts; each view has at most one. Thread-safe.
 */
final class CodeConfigs {

    /** The values are immutable, not empty, and in the order in which they count. */
    private final ConcurrentMap<RegistryKey, List<Given>> given = new ConcurrentHashMap<>();

    /**
     * Adds a configuration, unless the view has given one before.
     *
     * @return whether it is the only one, so that it counts
     */
    boolean tryAdd(RegistryKey key, Given added) {
        List<Given> present = given.get(key);
        if (present != null && isGivenBy(added.view, present)) {
            return false; // without a lock, since code may request its instance with each call
        }
        boolean[] counts = new boolean[1];
        given.compute(key, (same, others) -> {
            counts[0] = others == null;
            return others == null ? List.of(added) : with(others, others.size(), added);
        });
        return counts[0];
    }

    /** Adds the configuration of an instance that was created with it, or has it. It counts from now on. */
    void putFirst(RegistryKey key, Given added) {
        given.compute(
                key, (same, others) -> others == null ? List.of(added) : with(without(others, added.view), 0, added));
    }

    /** Returns the configuration that counts; null for none. */
    @Nullable
    Given first(RegistryKey key) {
        List<Given> present = given.get(key);
        return present == null ? null : present.get(0);
    }

    /** Removes all configurations of an instance that has left the registry. */
    void forget(RegistryKey key) {
        given.remove(key);
    }

    /**
     * Removes the configurations of a view.
     *
     * @return those that counted, by instance
     */
    Map<RegistryKey, Given> withdraw(CodeContribution view) {
        Map<RegistryKey, Given> counted = new HashMap<>();
        for (RegistryKey key : given.keySet()) {
            given.computeIfPresent(key, (same, present) -> {
                List<Given> others = without(present, view);
                if (present.get(0).view == view) {
                    counted.put(key, present.get(0));
                }
                return others.isEmpty() ? null : others;
            });
        }
        return counted;
    }

    private static boolean isGivenBy(CodeContribution view, List<Given> present) {
        for (int i = 0; i < present.size(); i++) {
            if (present.get(i).view == view) {
                return true;
            }
        }
        return false;
    }

    private static List<Given> with(List<Given> others, int index, Given added) {
        if (isGivenBy(added.view, others)) {
            return others;
        }
        List<Given> all = new ArrayList<>(others);
        all.add(index, added);
        return List.copyOf(all);
    }

    private static List<Given> without(List<Given> present, CodeContribution view) {
        return present.stream().filter(one -> one.view != view).toList();
    }

    /**
     * A configuration.
     *
     * @param view the registry or view through which code has given it
     */
    record Given(CodeContribution view, PolicyType<?, ?> type, Record config) {}
}
