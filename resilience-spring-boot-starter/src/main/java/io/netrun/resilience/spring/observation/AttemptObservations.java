package io.netrun.resilience.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.spring.aop.AttemptObserver;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An observation for each attempt. Its parent is what was observed when the call began, also where the attempt is made
 * on another thread or much later.
 */
public final class AttemptObservations implements AttemptObserver {

    private final ObservationRegistry registry;
    private final AttemptObservationConvention convention;

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
        Observation current = registry.getCurrentObservation();
        AtomicInteger attempts = new AtomicInteger();
        return parent -> {
            AttemptContext context = new AttemptContext(method, attempts.incrementAndGet());
            Observation observation = Observation.createNotStarted(convention, () -> context, registry);
            Observation outer = parent instanceof Observation fromContext ? fromContext : current;
            if (outer != null) {
                observation.parentObservation(outer);
            }
            return new Observed(observation.start());
        };
    }

    private record Observed(Observation observation) implements Attempt {

        @Override
        public Scope open() {
            Observation.Scope scope = observation.openScope();
            return scope::close;
        }

        @Override
        public Object contextValue() {
            return observation;
        }

        @Override
        public void ends(@Nullable Throwable failure) {
            if (failure != null) {
                observation.error(ExceptionFilter.ofStage(failure));
            }
            observation.stop();
        }
    }
}
