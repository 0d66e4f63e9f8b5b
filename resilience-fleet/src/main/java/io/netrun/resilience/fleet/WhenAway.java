package io.netrun.resilience.fleet;

import java.util.Locale;

/** Which part of a limit a node uses while the store has not answered for a lease. */
public enum WhenAway {
    /** An even part: the limit divided by the number of nodes that were live last. */
    SAFE_SHARE,
    /** What was granted last. */
    KEEP,
    /** The whole limit, as if there were no other node. */
    LOCAL;

    /** Returns the value as it is written in a configuration file, such as {@code safe-share}. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
