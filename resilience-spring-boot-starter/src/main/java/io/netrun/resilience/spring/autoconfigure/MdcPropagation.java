package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ContextPropagation;

/**
 * Enables or disables propagation of the MDC. The setting is global to the JVM, so the last application to start
 * decides.
 */
final class MdcPropagation {

    MdcPropagation(boolean carried) {
        ContextPropagation.carryMdc(carried);
    }
}
