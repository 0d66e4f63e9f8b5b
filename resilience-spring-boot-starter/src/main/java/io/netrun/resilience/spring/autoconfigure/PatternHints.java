package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Hints for native images: what the patterns have that is read by reflection, which is annotations, configuration
 * records (also created by reflection) and the records that the endpoint shows.
 */
final class PatternHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        PatternDescriptors.slots()
                .forEach(slot ->
                        hints.reflection().registerType(slot.annotation(), MemberCategory.INVOKE_DECLARED_METHODS));
        hints.reflection().registerType(PatternOrder.class, MemberCategory.INVOKE_DECLARED_METHODS);
        PatternDescriptors.all().forEach(pattern -> register(pattern, hints.reflection()));
    }

    private static void register(PatternDescriptor<?, ?> pattern, ReflectionHints hints) {
        hints.registerType(
                pattern.type().defaults().getClass(),
                MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                MemberCategory.INVOKE_DECLARED_METHODS);
        pattern.shownRecords().forEach(shown -> hints.registerType(shown, MemberCategory.INVOKE_DECLARED_METHODS));
    }
}
