package io.netrun.resilience.spring.startup;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.EffectiveSettings;
import java.util.Collection;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds settings that are not in force as they are written, because another setting is smaller. A shared one, of
 * defaults or a base, is meant to be smaller where an instance is, and so is a default of the pattern.
 */
final class CappedSettings {

    private static final String BUILT_IN = "default";
    private static final String CODE = "code";

    private final EffectiveSettings settings;

    private CappedSettings(EffectiveSettings settings) {
        this.settings = settings;
    }

    /**
     * One warning for each setting.
     *
     * @param methods the methods whose policies are looked at, those that stand for families included
     * @param others further policies
     */
    static Stream<String> warnings(
            Collection<MethodPipeline> methods, Stream<? extends Policy> others, EffectiveSettings settings) {
        CappedSettings check = new CappedSettings(settings);
        return Stream.concat(methods.stream().flatMap(method -> method.pipeline().policies().stream()), others)
                .filter(Policy::isEnabled)
                .flatMap(policy ->
                        PatternDescriptors.of(policy).stream().flatMap(pattern -> check.warnings(pattern, policy)))
                .distinct();
    }

    private Stream<String> warnings(PatternDescriptor<?, ?> pattern, Policy policy) {
        return pattern.capped(policy).entrySet().stream()
                .filter(capped -> isMeant(pattern, policy, capped.getKey(), capped.getValue()))
                .map(capped -> warning(pattern, policy, capped.getKey(), capped.getValue()));
    }

    private boolean isMeant(PatternDescriptor<?, ?> pattern, Policy policy, String setting, String by) {
        String origin = settings.origin(pattern, policy, setting);
        boolean unwritten = origin.equals(BUILT_IN)
                || (origin.equals(CODE)
                        && Objects.equals(
                                value(policy.config(), setting),
                                value(pattern.type().defaults(), setting)));
        return !unwritten
                && (!isShared(pattern, origin)
                        || section(origin).equals(section(settings.origin(pattern, policy, by))));
    }

    private static boolean isShared(PatternDescriptor<?, ?> pattern, String origin) {
        String key = "resilience." + pattern.key() + ".";
        return origin.startsWith(key + "defaults") || origin.startsWith(key + "bases");
    }

    /** What the origin names before the setting. */
    private static String section(String origin) {
        String key = origin.split(" \\(", 2)[0];
        return key.substring(0, Math.max(0, key.lastIndexOf('.')));
    }

    private String warning(PatternDescriptor<?, ?> pattern, Policy policy, String setting, String by) {
        Object smaller = value(policy.config(), by);
        return pattern.title() + " '" + policy.name() + "': " + setting + " is " + value(policy.config(), setting)
                + where(settings.origin(pattern, policy, setting)) + ", but " + by + " is " + smaller
                + where(settings.origin(pattern, policy, by)) + ", so that " + smaller + " is in force. Set " + setting
                + " to at most " + smaller + ", or raise " + by + ".";
    }

    /** The origins of a family are not known as long as it has no instance. */
    private static String where(String origin) {
        return origin.equals(CODE) ? "" : " (" + origin + ")";
    }

    private static @Nullable Object value(Record config, String setting) {
        for (var component : config.getClass().getRecordComponents()) {
            if (component.getName().equals(setting)) {
                try {
                    return component.getAccessor().invoke(config);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        throw new IllegalArgumentException(setting);
    }
}
