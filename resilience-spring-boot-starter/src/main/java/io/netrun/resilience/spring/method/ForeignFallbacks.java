package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.Compatibility;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Fallback methods of resilience4j's annotations that have annotations of their own. resilience4j calls all but private
 * ones through the proxy, where these have an effect; this library calls them on the object itself.
 */
final class ForeignFallbacks {

    private ForeignFallbacks() {}

    /** The annotations that are read when the first fallback method is met. */
    private static final class Names {

        /** Those that count on a method: of proxies in general, and of the other libraries that protect methods. */
        static final Set<String> OF_METHODS = Stream.concat(
                        MappingTable.get().rows(MappingTable.SPRING, "advice"),
                        Stream.of(MappingTable.SPRING_RETRY, MappingTable.SPRING_FRAMEWORK)
                                .flatMap(library -> MappingTable.get().rows(library, "annotation"))
                                .filter(row -> !row.here().name().isEmpty())
                                .filter(row -> !row.there().name().endsWith(".Recover")))
                .map(row -> row.there().name())
                .collect(Collectors.toUnmodifiableSet());

        /** Those that count on a class, too: a measurement of each call is no reason to stop the start. */
        static final Set<String> OF_CLASSES = MappingTable.get()
                .rows(MappingTable.SPRING, "advice")
                .filter(row -> row.kind().equals("class"))
                .map(Row::there)
                .map(MappingTable.Name::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The fallback methods with annotations that have no effect here. */
    static List<Problem> advised(Declaration declaration, FallbackMethods methods, Class<?> userClass) {
        return problems(declaration, methods, userClass, method -> ofMethod(method, userClass));
    }

    /** The same for those that the annotations of their class cover, which few applications mean. */
    static List<Problem> covered(Declaration declaration, FallbackMethods methods, Class<?> userClass) {
        return problems(
                declaration,
                methods,
                userClass,
                method -> ofMethod(method, userClass).isEmpty() ? ofClass(method, userClass) : Set.of());
    }

    private static List<Problem> problems(
            Declaration declaration,
            FallbackMethods methods,
            Class<?> userClass,
            Function<Method, Set<String>> advice) {
        List<Problem> problems = new ArrayList<>();
        for (Method method : methods.methods()) {
            boolean direct = Modifier.isPrivate(method.getModifiers()) || Modifier.isStatic(method.getModifiers());
            Set<String> titles = direct ? Set.of() : advice.apply(method);
            if (!titles.isEmpty()) {
                problems.add(Problem.tolerable(
                        userClass.getName() + "." + method.getName() + ", the fallback method of "
                                + declaration.location() + ", has " + String.join(", ", titles)
                                + ": resilience4j calls it through the proxy, where that has an effect, and this"
                                + " library calls it on the object itself, where it has none",
                        "Make the method private if that is not meant. Otherwise, move it to another bean, and replace"
                                + " fallbackMethod by @Fallback with bean and method"));
            }
        }
        return problems;
    }

    private static Set<String> ofMethod(Method method, Class<?> userClass) {
        Set<String> titles = titles(method, userClass, true);
        addPresent(method, Names.OF_METHODS, "", titles);
        return titles;
    }

    private static Set<String> ofClass(Method method, Class<?> userClass) {
        Set<String> titles = titles(method, userClass, false);
        addPresent(userClass, Names.OF_CLASSES, " of its class", titles);
        return titles;
    }

    private static Set<String> titles(Method method, Class<?> userClass, boolean own) {
        Set<String> titles = new LinkedHashSet<>();
        Declaration.of(PatternDescriptors.slots(), method, userClass, Compatibility.RESILIENCE4J).stream()
                .filter(each -> !ForeignAnnotations.isFallback(each.slot()))
                .filter(each -> own == Declaration.isAtMethod(method, userClass, each.slot()))
                .map(each -> each.slot().title() + (own ? "" : " of its class"))
                .forEach(titles::add);
        return titles;
    }

    private static void addPresent(AnnotatedElement element, Set<String> names, String where, Set<String> titles) {
        MergedAnnotations annotations = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
        names.stream()
                .filter(annotations::isPresent)
                .map(name -> "@" + name.substring(name.lastIndexOf('.') + 1) + where)
                .sorted()
                .forEach(titles::add);
    }
}
