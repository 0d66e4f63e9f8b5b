package io.netrun.resilience.fleet;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

    /** Returns the warning that names instances that are left out, once; null otherwise. */
    @Nullable
    String newSurplus(Collection<String> present) {
        if (warned || present.size() <= taken.size()) {
            return null;
        }
        warned = true;
        List<String> named = present.stream()
                .filter(key -> !taken.contains(key))
                .limit(NAMED)
                .toList();
        return present.size() + " limits and circuits are to be shared, and " + most
                + " at most take part. The others, such as " + named + ", have an even share, or are those of this"
                + " process. Set scope: node, or fleet: none, for some of them";
    }
}
