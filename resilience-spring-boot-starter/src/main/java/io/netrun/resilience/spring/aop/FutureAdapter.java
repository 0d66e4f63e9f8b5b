package io.netrun.resilience.spring.aop;

import io.netrun.resilience.Workers;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Adapts a plain {@link Future}, which has no callbacks: a worker thread waits for its completion. */
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
            // Workers are not interrupted here; if foreign code does so, the future fails.
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
