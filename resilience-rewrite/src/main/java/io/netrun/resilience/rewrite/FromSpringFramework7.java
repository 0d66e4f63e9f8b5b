package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.MappingTable;
import org.jspecify.annotations.Nullable;

/**
 * Moves an application from Spring Framework 7: dependencies and annotations. What code uses of it beyond that stays
 * and is listed in the {@link Leftovers}.
 */
public final class FromSpringFramework7 extends SpringRecipe {

    /**
     * Creates the recipe.
     *
     * @param keepBehaviour whether settings are written out whose defaults differ; null is true
     */
    public FromSpringFramework7(@Nullable Boolean keepBehaviour) {
        super(keepBehaviour);
    }

    @Override
    public String getDisplayName() {
        return "Move from Spring Framework 7 to netrun-resilience";
    }

    @Override
    public String getDescription() {
        return "Retry and concurrency limit annotations of Spring Framework 7 become those of netrun-resilience.";
    }

    @Override
    String library() {
        return MappingTable.SPRING_FRAMEWORK;
    }

    @Override
    String packageName() {
        return "org.springframework.resilience.";
    }

    @Override
    boolean isPartOfSpring() {
        return true;
    }
}
