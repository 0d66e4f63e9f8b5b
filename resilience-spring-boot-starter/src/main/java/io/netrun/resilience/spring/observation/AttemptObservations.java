package io.netrun.resilience.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.spring.aop.AttemptObserver;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An observation for each attempt. Its parent is what was observed when the call began, also where the attempt is made
 * on another thread or much later. Calls do not depend on it: what the registry, a handler or the convention throws is
 * logged, once. Thread-safe.
 */
public final class AttemptObservations implements AttemptObserver {

    private static final Logger log = LoggerFactory.getLogger(AttemptObservations.class);

    private final ObservationRegistry registry;
    private final AttemptObservationConvention convention;
    private final AtomicBoolean logged = new AtomicBoolean();

    public AttemptObservations(ObservationRegistry registry, AttemptObservationConvention convention) {
        this.registry = registry;
        this.convention = convention;
    }

    @Override
    public Object contextKey() {
        return ObservationThreadLocalAccessor.KEY;
    }

    @Override
    public Call callBegins(String method) {
        Observation current = orNull(registry::getCurrentObservation);
        AtomicInteger attempts = new AtomicInteger();
        return parent -> {
            AttemptContext context = new AttemptContext(method, attempts.incrementAndGet());
            Observation outer = parent instanceof Observation fromContext ? fromContext : current;
            Observation started = orNull(() -> start(context, outer));
            return new Observed(started == null ? Observation.NOOP : started);
        };
    }

    private Observation start(AttemptContext context, @Nullable Observation outer) {
        Observation observation = Observation.createNotStarted(convention, () -> context, registry);
        if (outer != null) {
            observation.parentObservation(outer);
        }
        return observation.start();
    }

    /** What a step returns; null if it fails. */
    private <T> @Nullable T orNull(Supplier<? extends @Nullable T> step) {
        try {
            return step.get();
        } catch (RuntimeException | LinkageError failed) {
            logOnce(failed);
            return null;
        }
    }

    private void run(Runnable step) {
        orNull(() -> {
            step.run();
            return null;
        });
    }

    private void logOnce(Throwable failed) {
        if (logged.compareAndSet(false, true)) {
            SafeLog.warn(
                    log,
                    "An attempt could not be observed. Calls go on without it; further failures are not logged.",
                    failed);
        }
    }

    private final class Observed implements Attempt {

        private final Observation observation;

        Observed(Observation observation) {
            this.observation = observation;
        }

        /** A handler that throws would leave the attempt the current one. */
        @Override
        public Scope open() {
            Observation.Scope former = orNull(registry::getCurrentObservationScope);
            Observation.Scope scope = orNull(observation::openScope);
            if (scope == null) {
                run(() -> registry.setCurrentObservationScope(former));
                return () -> {};
            }
            return () -> {
                try {
                    scope.close();
                } catch (RuntimeException | LinkageError failed) {
                    logOnce(failed);
                    run(() -> registry.setCurrentObservationScope(former));
                }
            };
        }

        @Override
        public Object contextValue() {
            return observation;
        }

        @Override
        public void ends(@Nullable Throwable failure) {
            if (failure != null) {
                run(() -> observation.error(ExceptionFilter.ofStage(failure)));
            }
            run(observation::stop);
        }
    }
}
