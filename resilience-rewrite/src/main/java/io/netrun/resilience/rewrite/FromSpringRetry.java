package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.MappingTable;
import org.jspecify.annotations.Nullable;

/**
 * Moves an application from Spring Retry: dependencies and annotations. What code uses of it beyond that stays and is
 * listed in the {@link Leftovers}.
 */
public final class FromSpringRetry extends SpringRecipe {

    /**
     * Creates the recipe.
     *
     * @param keepBehaviour whether settings are written out whose defaults differ; null is true
     */
    public FromSpringRetry(@Nullable Boolean keepBehaviour) {
        super(keepBehaviour);
    }

    @Override
    public String getDisplayName() {
        return "Move from Spring Retry to netrun-resilience";
    }

    @Override
    public String getDescription() {
        return "Retry, recovery and circuit breaker annotations of Spring Retry become those of netrun-resilience.";
    }

    @Override
    String library() {
        return MappingTable.SPRING_RETRY;
    }

    @Override
    String packageName() {
        return "org.springframework.retry.";
    }

    @Override
    boolean isPartOfSpring() {
        return false;
    }
}
