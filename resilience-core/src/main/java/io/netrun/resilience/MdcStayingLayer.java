package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The outermost layer of calls that leave the MDC on the thread of their caller; see {@link ContextPropagation}. */
record MdcStayingLayer(Layer next) implements Layer {

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        boolean before = ContextPropagation.carryMdcOfThread(false);
        try {
            return next.call(body, deadline);
        } finally {
            ContextPropagation.carryMdcOfThread(before);
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        boolean before = ContextPropagation.carryMdcOfThread(false);
        try {
            return next.callAsync(body, deadline);
        } finally {
            ContextPropagation.carryMdcOfThread(before);
        }
    }
}
