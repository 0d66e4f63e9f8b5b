package io.netrun.resilience.spring.aop;

import io.netrun.resilience.Workers;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** A plain {@link Future} does not call back, so a worker thread waits for its end. */
final class FutureAdapter extends CompletableFuture<Object> {

    private final Future<Object> awaited;

    private FutureAdapter(Future<Object> awaited) {
        this.awaited = awaited;
    }

    static FutureAdapter of(Future<Object> awaited) {
        FutureAdapter future = new FutureAdapter(awaited);
        if (awaited.isDone()) {
            future.await();
        } else {
            Workers.execute(future::await);
        }
        return future;
    }

    private void await() {
        try {
            complete(awaited.get());
        } catch (ExecutionException e) {
            completeExceptionally(e.getCause() == null ? e : e.getCause());
        } catch (CancellationException e) {
            super.cancel(false);
        } catch (InterruptedException e) {
            // No code of ours interrupts a worker that waits here. If it happens, the future fails with the interrupt.
            Thread.currentThread().interrupt();
            completeExceptionally(e);
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        awaited.cancel(mayInterruptIfRunning);
        return super.cancel(mayInterruptIfRunning);
    }
}
