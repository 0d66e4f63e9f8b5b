package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.spring.settings.StarterCustomizer;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Keeps plain calls on the caller's thread while something is bound to it, whatever pattern would move them. */
final class ThreadBoundCalls {

    private final List<ConfigCustomizer<?>> customizers;

    ThreadBoundCalls(List<ThreadBinding> kinds) {
        BooleanSupplier bound = ThreadBinding.any(kinds);
        this.customizers = PatternDescriptors.all().stream()
                .filter(PatternDescriptor::mayChangeThread)
                .<ConfigCustomizer<?>>map(pattern -> customizer(pattern, bound))
                .toList();
    }

    /** One for each pattern that moves calls. */
    Stream<ConfigCustomizer<?>> customizers() {
        return customizers.stream();
    }

    @SuppressWarnings("unchecked") // the defaults are a C
    private static <C extends Record> ConfigCustomizer<C> customizer(
            PatternDescriptor<?, C> pattern, BooleanSupplier bound) {
        Class<C> configClass = (Class<C>) pattern.type().defaults().getClass();
        return new StarterCustomizer<>(configClass, (name, config) -> pattern.keepOnThread(config, bound));
    }
}
