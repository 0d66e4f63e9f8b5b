package io.netrun.resilience.spring.method;

import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.TranslatedSettings;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.util.ClassUtils;

/**
 * The annotations of resilience4j, which are known by their names alone: this library never needs the other one. Each
 * fills the slot of its pattern, and its {@code fallbackMethod} a slot directly around that one.
 */
public final class ForeignAnnotations {

    /** Among the attributes of a method, the mark of those of an annotation of resilience4j. */
    static final String MARK = "resilience4j";

    private static final String PREFIX = "io.github.resilience4j.";
    private static final String POOL = "THREADPOOL";
    private static final String FALLBACK_METHOD = "fallbackMethod";
    private static final String UNKNOWN = "java.util.concurrent.TimeoutException";

    /** The slots of the patterns that make a future that fails of what a method throws. */
    private static final Set<String> CATCHING = Set.of("circuit-breaker", "rate-limiter", "bulkhead");

    /** The modules by which resilience4j knows publishers, with a class of each that its aspects look for. */
    private static final Map<String, String> MODULES = Map.of(
            "resilience4j-reactor",
            "io.github.resilience4j.reactor.AbstractSubscriber",
            "resilience4j-rxjava3",
            "io.github.resilience4j.rxjava3.AbstractSubscriber",
            "resilience4j-rxjava2",
            "io.github.resilience4j.AbstractSubscriber");

    private static final PatternDescriptor<?, ?> FALLBACK =
            PatternDescriptors.slotOf(Fallback.class).pattern();

    private ForeignAnnotations() {}

    /** The names of the annotations there by those of the annotations here. The table is read when one is met. */
    private static final class Names {

        static final Map<String, String> THERE = names();

        private static Map<String, String> names() {
            Map<String, String> names = new HashMap<>();
            MappingTable.get()
                    .renamed(MappingTable.RESILIENCE4J, "annotation")
                    .forEach((there, here) -> names.put(here, there));
            return Map.copyOf(names);
        }
    }

    /** The names of all annotations. */
    public static Set<String> all() {
        return Set.copyOf(Names.THERE.values());
    }

    /** Whether a name is that of one of the annotations. */
    static boolean isName(String annotation) {
        return annotation.startsWith(PREFIX) && Names.THERE.containsValue(annotation);
    }

    /** The annotation for a slot; null if there is none. */
    static @Nullable String of(PipelineSlot slot) {
        return Names.THERE.get(slot.annotation().getName());
    }

    /** An order with the slots of fallbacks, each directly around its pattern. */
    static List<PipelineSlot> withFallbacks(List<PipelineSlot> order) {
        List<PipelineSlot> slots = new ArrayList<>();
        for (PipelineSlot slot : order) {
            if (of(slot) != null) {
                slots.add(new PipelineSlot(slot.key() + "-fallback", FALLBACK, slot.annotation(), ""));
            }
            slots.add(slot);
        }
        return slots;
    }

    /** Whether a slot is that of a {@code fallbackMethod}. */
    static boolean isFallback(PipelineSlot slot) {
        return slot.pattern() == FALLBACK && slot.annotation() != Fallback.class;
    }

    /** What an annotation declares for a slot; null if nothing. */
    static @Nullable Declaration read(PipelineSlot slot, AnnotationAttributes attributes, String location) {
        String name = attributes.getString(Declaration.NAME);
        if (isFallback(slot)) {
            Object method = attributes.get(FALLBACK_METHOD);
            return method == null || method.toString().isEmpty()
                    ? null
                    : new Declaration(
                            slot, name, null, Map.of(), Map.of("method", method.toString(), MARK, true), location);
        }
        Map<String, Object> others = new LinkedHashMap<>(attributes);
        others.remove(Declaration.NAME);
        others.remove(FALLBACK_METHOD);
        others.remove(CallPermits.ATTRIBUTE); // which resilience4j's aspect does not read
        boolean pool = POOL.equals(String.valueOf(others.remove("type")));
        others.values().removeIf(value -> value.equals("") || value.equals(1));
        others.put(MARK, true);
        if (!pool) {
            return new Declaration(slot, name, null, Map.of(), others, location);
        }
        others.put(POOL, true);
        Map<String, Object> sizes = Map.of("maxConcurrent", TranslatedSettings.poolSize(), "maxQueue", 100);
        return new Declaration(slot, name + "-pool", null, sizes, others, location);
    }

    /** Whether a declaration is that of a bulkhead with a thread pool. */
    static boolean isPool(Declaration declaration) {
        return declaration.methodAttributes().containsKey(POOL);
    }

    /** What a declaration asks for that would be left out in silence. */
    static List<Problem> problems(Declaration declaration, Method method, Class<?> userClass, ReturnKind returns) {
        List<Problem> problems = new ArrayList<>();
        String where = userClass.getName() + "." + UserClasses.name(method, userClass) + ": "
                + declaration.slot().title() + " of resilience4j ";
        if (isPool(declaration) && returns != ReturnKind.STAGE && returns != ReturnKind.FUTURE) {
            problems.add(new Problem(
                    where + "has type THREADPOOL, but the method returns "
                            + method.getReturnType().getSimpleName(),
                    declaration.location().endsWith("." + method.getName())
                            ? "Return a CompletableFuture, or use a bulkhead without a thread pool"
                            : "Put the annotation on the methods that return a CompletableFuture, instead of their"
                                    + " class"));
        }
        if (declaration.name().isBlank() || declaration.name().contains("#")) {
            problems.add(new Problem(
                    where + "has the name '" + declaration.name() + "', which is no name of an instance",
                    "Write a name, or a placeholder such as ${payments.name}; expressions are not evaluated"));
        }
        Object fallback = declaration.methodAttributes().getOrDefault("method", "");
        if (fallback.toString().matches(".*[#$].*")) {
            problems.add(new Problem(
                    where + "has the fallbackMethod '" + fallback + "', which is no name of a method",
                    "Write the name of the method; expressions are not evaluated"));
        }
        declaration.methodAttributes().forEach((attribute, value) -> {
            if (!Set.of(POOL, MARK, "method").contains(attribute)) {
                String reason = MappingTable.get()
                        .find(MappingTable.RESILIENCE4J, "attribute", attribute)
                        .map(MappingTable.Row::note)
                        .orElse("This library has no such attribute");
                problems.add(new Problem(
                        where + "has " + attribute + " = " + value + ", which has no counterpart",
                        reason.replace("`", "") + "; remove the attribute"));
            }
        });
        return problems;
    }

    /**
     * How a method signals completion: where all annotations are those of resilience4j, a plain future is a result like
     * any other, as there.
     */
    static ReturnKind returns(ReturnKind kind, List<Declaration> declarations) {
        boolean foreign = !declarations.isEmpty() && declarations.stream().allMatch(Declaration::isForeign);
        return foreign && kind == ReturnKind.FUTURE ? ReturnKind.PLAIN : kind;
    }

    /**
     * What behaves differently and depends on the body of the method, or on what is on the class path: what a method
     * throws that returns a stage passes the retry and the time limiter there, unless a pattern inside makes a future
     * of it that fails; and a publisher is a result that has come, unless the module of resilience4j for it is there.
     *
     * @param declarations those of the method, the outermost first
     */
    static List<Problem> unlikeThere(
            List<Declaration> declarations, Method method, Class<?> userClass, ReturnKind returns) {
        if (returns == ReturnKind.REACTIVE || returns == ReturnKind.SUSPENDING) {
            return unknownThere(declarations, method, userClass, returns);
        } else if (returns != ReturnKind.STAGE || declarations.stream().anyMatch(ForeignAnnotations::isPool)) {
            return List.of();
        }
        List<Problem> problems = new ArrayList<>();
        String fallback = "";
        for (int i = 0; i < declarations.size(); i++) {
            Declaration declaration = declarations.get(i);
            String key = declaration.slot().key();
            boolean passes = key.equals("retry") || (key.equals("timeout") && fallback.equals("timeout-fallback"));
            boolean caught = declarations.stream()
                    .skip(i + 1L)
                    .anyMatch(inside -> CATCHING.contains(inside.slot().key()));
            if (declaration.isForeign() && passes && !caught) {
                problems.add(new Problem(
                        userClass.getName() + "." + UserClasses.name(method, userClass) + ": "
                                + declaration.slot().title() + " of resilience4j lets pass what the method throws"
                                + " itself, instead of returning a future that fails; this library "
                                + (key.equals("retry") ? "retries it" : "calls the fallback for it"),
                        "Check that the work of the method may be repeated, or let it throw nothing before its future"
                                + " exists"));
            }
            fallback = key;
        }
        return problems;
    }

    /** A publisher that no aspect of resilience4j knows. */
    private static List<Problem> unknownThere(
            List<Declaration> declarations, Method method, Class<?> userClass, ReturnKind returns) {
        List<Declaration> foreign =
                declarations.stream().filter(Declaration::isForeign).toList();
        String module = returns == ReturnKind.SUSPENDING ? "" : module(method.getReturnType());
        if (foreign.isEmpty() || (!module.isEmpty() && ClassUtils.isPresent(MODULES.get(module), null))) {
            return List.of();
        }
        String type = returns == ReturnKind.SUSPENDING
                ? "suspending function"
                : method.getReturnType().getSimpleName();
        return List.of(new Problem(
                userClass.getName() + "." + UserClasses.name(method, userClass) + ": "
                        + (module.isEmpty()
                                ? "resilience4j has no aspect for a " + type
                                : module + ", by which resilience4j knows a " + type + ", is not on the class path")
                        + ", so that it took what the method returned as a result that had come; this library protects"
                        + " what is signalled later, too",
                "Check that the work of the method may be repeated or rejected, or set "
                        + foreign.stream()
                                .filter(each -> !isFallback(each.slot()))
                                .map(each ->
                                        "resilience." + each.slot().key() + ".instances." + each.name() + ".enabled")
                                .distinct()
                                .collect(Collectors.joining(", "))
                        + " to false"));
    }

    /** The module of resilience4j by which it knows a publisher; empty if there is none. */
    private static String module(Class<?> returned) {
        for (Class<?> type = returned; type != null; type = type.getSuperclass()) {
            String name = type.getName();
            if (name.equals("reactor.core.publisher.Mono") || name.equals("reactor.core.publisher.Flux")) {
                return "resilience4j-reactor";
            } else if (name.matches(
                    "io\\.reactivex\\.(rxjava3\\.core\\.)?(Flowable|Single|Maybe|Completable|Observable)")) {
                return name.contains("rxjava3") ? "resilience4j-rxjava3" : "resilience4j-rxjava2";
            }
        }
        return "";
    }

    /** What the fallback methods take that no call fails with. */
    static List<Problem> unthrown(
            Declaration declaration, FallbackMethods methods, Class<?> userClass, boolean limited) {
        List<Problem> problems = new ArrayList<>();
        for (Method fallback : methods.methods()) {
            Class<?>[] parameters = fallback.getParameterTypes();
            String taken = parameters.length == 0 ? "" : parameters[parameters.length - 1].getName();
            String thrown = TranslatedSettings.exceptions().get(taken);
            if (thrown != null && (limited || !taken.equals(UNKNOWN))) {
                problems.add(Problem.tolerable(
                        userClass.getName() + "." + fallback.getName() + ", the fallback method of "
                                + declaration.location() + ", takes " + taken + ", which this library does not throw",
                        "Take " + thrown));
            }
        }
        return problems;
    }
}
