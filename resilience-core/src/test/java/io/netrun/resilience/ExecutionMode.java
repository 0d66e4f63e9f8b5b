package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.reactor.ReactorGuard;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The ways of making the same call. In each, a step is played when the call's own code runs. */
enum ExecutionMode {
    /** On the caller's thread or a worker. */
    SYNC {
        @Override
        @Nullable
        String make(Guard guard, Supplier<Step> steps) throws Throwable {
            return guard.<@Nullable String, Throwable>call(() -> play(steps.get()));
        }

        /** By an interrupt: either the call throws the exception, or the flag is still set. */
        @Override
        @Nullable
        Throwable cancel(Guard guard, Supplier<Step> steps, BooleanSupplier when) {
            Thread caller = Thread.currentThread();
            CompletableFuture<Void> interrupter = CompletableFuture.runAsync(() -> {
                soon().until(when::getAsBoolean);
                caller.interrupt();
            });
            Throwable thrown = catchThrowable(() -> make(guard, steps));
            boolean flag = Thread.interrupted();
            interrupter.join();
            assertThat(thrown instanceof InterruptedException).isNotEqualTo(flag);
            return thrown;
        }
    },
    /** A future that has ended when the body returns it. */
    ASYNC_DONE {
        @Override
        CompletableFuture<@Nullable String> future(Step step) {
            return ended(step);
        }
    },
    /** A future that ends after the body has returned it, while its caller waits. */
    ASYNC_LATER {
        @Override
        CompletableFuture<@Nullable String> future(Step step) {
            CompletableFuture<@Nullable String> own = new CompletableFuture<>();
            CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS).execute(() -> end(own, step));
            return own;
        }
    },
    /** A future that a foreign thread completes at about the time the body returns it. */
    ASYNC_ELSEWHERE {
        @Override
        CompletableFuture<@Nullable String> future(Step step) {
            CompletableFuture<@Nullable String> own = new CompletableFuture<>();
            new Thread(() -> end(own, step)).start();
            return own;
        }
    },
    MONO {
        @Override
        CompletableFuture<@Nullable String> start(Guard guard, Supplier<Step> steps) {
            Mono<String> source = Mono.defer(() -> {
                Step step = steps.get();
                return step == Step.HANG ? Mono.never() : Mono.fromCallable(() -> play(step));
            });
            return ReactorGuard.of(guard).mono(source).toFuture();
        }
    },
    FLUX {
        @Override
        CompletableFuture<@Nullable String> start(Guard guard, Supplier<Step> steps) {
            Flux<String> source = Flux.defer(() -> {
                Step step = steps.get();
                return step == Step.HANG ? Flux.never() : Mono.fromCallable(() -> play(step));
            });
            return ReactorGuard.of(guard).flux(source).takeLast(1).next().toFuture();
        }
    };

    private static final long PATIENCE_SECONDS = 20;

    /** What a call's own code does. */
    enum Step {
        OK,
        NULL,
        IO_EXCEPTION,
        ILLEGAL_STATE,
        ERROR,
        /** It does not end by itself. */
        HANG
    }

    /** Makes a call through a guard and returns its result, or throws what its caller gets. */
    @Nullable
    String make(Guard guard, Supplier<Step> steps) throws Throwable {
        try {
            return start(guard, steps).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    /** Makes a call, ends it from outside as soon as a condition holds, and returns what its caller gets. */
    @Nullable
    Throwable cancel(Guard guard, Supplier<Step> steps, BooleanSupplier when) {
        CompletableFuture<@Nullable String> call = start(guard, steps);
        soon().until(when::getAsBoolean);
        call.cancel(true);
        return catchThrowable(call::join);
    }

    CompletableFuture<@Nullable String> start(Guard guard, Supplier<Step> steps) {
        return guard.callAsync(() -> future(steps.get()));
    }

    /** For waits that are short. */
    static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    CompletableFuture<@Nullable String> future(Step step) {
        throw new UnsupportedOperationException();
    }

    static CompletableFuture<@Nullable String> ended(Step step) {
        CompletableFuture<@Nullable String> own = new CompletableFuture<>();
        end(own, step);
        return own;
    }

    static void end(CompletableFuture<@Nullable String> own, Step step) {
        if (step == Step.HANG) {
            return;
        }
        try {
            own.complete(play(step));
        } catch (Throwable failure) {
            own.completeExceptionally(failure);
        }
    }

    static @Nullable String play(Step step) throws Exception {
        return switch (step) {
            case OK -> "ok";
            case NULL -> null;
            case IO_EXCEPTION -> throw new IOException("down");
            case ILLEGAL_STATE -> throw new IllegalStateException("bug");
            case ERROR -> throw new AssertionError("broken");
            case HANG -> {
                new CountDownLatch(1).await();
                yield null;
            }
        };
    }
}
