package io.netrun.resilience.reactor;

import io.netrun.resilience.ResultFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The result within a failure, such as that of a retry that did not accept it. It belongs to the subscriber who
 * receives the failure, and is discarded if none does.
 */
final class CarriedResult {

    private static final Logger log = LoggerFactory.getLogger(CarriedResult.class);

    private static final int MAX_DEPTH = 16;

    private CarriedResult() {}

    /** Returns the result within a failure; null if there is none. */
    static @Nullable Object of(@Nullable Throwable failure) {
        return find(failure, null);
    }

    /** Returns whether a failure contains a value, by identity. */
    static boolean isIn(@Nullable Throwable failure, Object value) {
        return find(failure, value) != null;
    }

    private static @Nullable Object find(@Nullable Throwable failure, @Nullable Object wanted) {
        try {
            Throwable each = failure;
            for (int depth = 0; each != null && depth < MAX_DEPTH; depth++) {
                Object result = each instanceof ResultFailure carrier ? carrier.result() : null;
                if (result != null && (wanted == null || result == wanted)) {
                    return result;
                }
                each = each.getCause();
            }
        } catch (Throwable thrown) {
            log.debug("A failure's cause could not be read", thrown);
        }
        return null;
    }
}
