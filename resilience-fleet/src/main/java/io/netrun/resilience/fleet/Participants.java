package io.netrun.resilience.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which instances of a node are reported: the first ones, because a store bounds its work. The surplus follows when
 * others go. Not thread-safe.
 */
final class Participants {

    private static final int NAMED = 5;

    private final int most;
    private final Set<String> taken = new LinkedHashSet<>();
    private boolean warned;

    Participants(int most) {
        this.most = most;
    }

    /** Follows the instances that are there now. */
    void follow(Collection<String> present) {
        taken.retainAll(present);
        for (String key : present) {
            if (taken.size() >= most) {
                break;
            }
            taken.add(key);
        }
    }

    boolean contains(String key) {
        return taken.contains(key);
    }

    /** Returns the first instances that are left out, once; none otherwise. */
    List<String> newSurplus(Collection<String> present) {
        List<String> surplus = new ArrayList<>();
        if (!warned && present.size() > taken.size()) {
            warned = true;
            present.stream().filter(key -> !taken.contains(key)).limit(NAMED).forEach(surplus::add);
        }
        return surplus;
    }
}
