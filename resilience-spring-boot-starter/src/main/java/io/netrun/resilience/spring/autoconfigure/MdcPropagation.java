package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ContextPropagation;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.DisposableBean;

/**
 * Enables or disables propagation of the MDC. The setting of the JVM is that of its application contexts if they agree.
 * If they do not, the MDC is propagated, but for the calls of those contexts that do not want it.
 */
final class MdcPropagation implements DisposableBean {

    private static final Set<MdcPropagation> PRESENT = ConcurrentHashMap.newKeySet();

    private final boolean carried;

    MdcPropagation(boolean carried) {
        this.carried = carried;
        synchronized (PRESENT) {
            PRESENT.add(this);
            apply();
        }
    }

    @Override
    public void destroy() {
        synchronized (PRESENT) {
            PRESENT.remove(this);
            apply();
        }
    }

    private static void apply() {
        ContextPropagation.carryMdc(PRESENT.isEmpty() || PRESENT.stream().anyMatch(present -> present.carried));
    }
}
