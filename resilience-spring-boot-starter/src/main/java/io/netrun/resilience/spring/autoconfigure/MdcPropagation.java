package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ContextPropagation;

/** Has calls carry the MDC, or not. That holds for the whole JVM, so the last application to start decides. */
final class MdcPropagation {

    MdcPropagation(boolean carried) {
        ContextPropagation.carryMdc(carried);
    }
}
