package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;

/**
 * Methods with annotations of resilience4j that return a publisher. Its aspects know publishers by modules of their
 * own, which its starters do not bring: without them, a publisher is a result that has come.
 */
final class PublisherMethods {

    private static final String REACTOR = "resilience4j-reactor";

    /** The modules for publishers, with a class of each that the aspects look for. */
    static final Map<String, String> MODULES = Map.of(
            REACTOR,
            "io.github.resilience4j.reactor.AbstractSubscriber",
            "resilience4j-rxjava3",
            "io.github.resilience4j.rxjava3.AbstractSubscriber",
            "resilience4j-rxjava2",
            "io.github.resilience4j.AbstractSubscriber");

    /** What annotations do there with a publisher that they do not know, by their patterns. */
    private static final Map<String, String> EFFECTS = new LinkedHashMap<>();

    static {
        EFFECTS.put("retry", "a failure that it signals was not retried");
        EFFECTS.put("circuit-breaker", "a circuit breaker counted each call as a success at once");
        EFFECTS.put("bulkhead", "a bulkhead had its permit back at once");
        EFFECTS.put("rate-limiter", "a rate limiter took a permit for the call instead of each subscription");
        EFFECTS.put("timeout", "a time limiter threw IllegalReturnTypeException at each call");
    }

    private PublisherMethods() {}

    /**
     * A method.
     *
     * @param module the module of resilience4j for what it returns; empty if there is none
     * @param type the simple name of what it returns
     * @param shown its name with its class
     * @param instances the instances of its annotations, by their patterns
     * @param replaced whether one has a fallback
     */
    record Method(String module, String type, String shown, Map<String, String> instances, boolean replaced) {}

    /** The methods of a file. */
    static List<Method> of(JavaSourceFile file, Constants constants) {
        List<Method> found = new ArrayList<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                for (J.MethodDeclaration method : FailureArguments.methods(declaration)) {
                    String module = module(method, file);
                    if (module != null) {
                        add(found, method, declaration, module, file, constants);
                    }
                }
                return super.visitClassDeclaration(declaration, p);
            }
        }.visit(file, 0);
        return found;
    }

    private static void add(
            List<Method> found,
            J.MethodDeclaration method,
            J.ClassDeclaration owner,
            String module,
            JavaSourceFile file,
            Constants constants) {
        boolean direct = method.hasModifier(J.Modifier.Type.Private) || method.hasModifier(J.Modifier.Type.Static);
        boolean isInterface = owner.getKind() == J.ClassDeclaration.Kind.Type.Interface;
        List<J.Annotation> annotations = new ArrayList<>(
                isInterface || method.hasModifier(J.Modifier.Type.Public) ? owner.getLeadingAnnotations() : List.of());
        annotations.addAll(method.getLeadingAnnotations());
        Map<String, String> instances = new LinkedHashMap<>();
        boolean replaced = false;
        for (J.Annotation annotation : annotations) {
            String pattern = ProtectedMethods.pattern(annotation, file);
            if (pattern != null) {
                Expression name = Trees.arguments(annotation).get("name");
                String text =
                        name == null ? null : constants.text(name, new Constants.Scope(file, owner.getSimpleName()));
                instances.put(pattern, text == null ? "<name>" : text);
                replaced |= ProtectedMethods.fallback(annotation) != null;
            }
        }
        if (!direct && !instances.isEmpty()) {
            found.add(new Method(
                    module,
                    ReactiveBodies.simple(method.getReturnTypeExpression()),
                    owner.getSimpleName() + "." + method.getSimpleName(),
                    instances,
                    replaced));
        }
    }

    /** The module for what a method returns; empty if there is none, null if that is no publisher. */
    static @Nullable String module(J.MethodDeclaration method, JavaSourceFile file) {
        String type = WrittenTypes.of(method.getReturnTypeExpression()).replaceAll("(?s)<.*>", "");
        String simple = type.substring(type.lastIndexOf('.') + 1);
        if (!simple.matches(ReactiveBodies.ADAPTED + "|ParallelFlux|ConnectableFlux|GroupedFlux")) {
            return null;
        }
        String packages = type.equals(simple) ? packages(file, simple) : type;
        return switch (simple) {
            case "Mono", "Flux", "ConnectableFlux", "GroupedFlux" -> REACTOR;
            case "Flowable", "Single", "Maybe", "Completable", "Observable" ->
                packages.contains("io.reactivex.rxjava3")
                        ? "resilience4j-rxjava3"
                        : packages.contains("io.reactivex") ? "resilience4j-rxjava2" : null;
            default ->
                packages.matches("(?s).*\\b(org\\.reactivestreams|java\\.util\\.concurrent|reactor|io\\.smallrye)\\b.*")
                        ? ""
                        : null;
        };
    }

    /** The imports that may be that of a type. */
    private static String packages(JavaSourceFile file, String simple) {
        return file.getImports().stream()
                .map(J.Import::getTypeName)
                .filter(name -> name.endsWith("." + simple) || name.endsWith("*"))
                .collect(Collectors.joining(" "));
    }

    /**
     * What methods are, with what the aspects did with them.
     *
     * @param module the module of resilience4j that is not there; empty if there is none for what they return
     * @param profiles the profiles of the build that have it
     */
    static Left left(String module, List<Method> methods, Set<String> profiles) {
        Set<String> types = new TreeSet<>();
        Set<String> patterns = new LinkedHashSet<>();
        Set<String> keys = new TreeSet<>();
        methods.forEach(method -> {
            types.add(method.type());
            patterns.addAll(method.instances().keySet());
            method.instances()
                    .forEach((pattern, name) -> keys.add("resilience." + pattern + ".instances." + name + ".enabled"));
            if (method.replaced()) {
                keys.add("resilience.fallback.instances.[" + method.shown() + "].enabled");
            }
        });
        String effects = EFFECTS.entrySet().stream()
                .filter(effect -> patterns.contains(effect.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(", "));
        String shown = String.join(" or ", types);
        String absent = module.isEmpty()
                ? "resilience4j has no aspect for a " + shown
                : module + " is not on the class path"
                        + (profiles.isEmpty() ? "" : " without the profile " + String.join(" or ", profiles));
        return new Left(
                "annotations on methods with a " + shown + (module.isEmpty() ? "" : ", without " + module),
                absent + ", so that there, the publisher was a result that has come: " + effects
                        + (methods.stream().anyMatch(Method::replaced) ? ", no fallback replaced its failure" : "")
                        + ". Here, they have their effect on what it signals, so that a call that was sent once may be"
                        + " repeated or rejected. The methods are "
                        + methods.stream().map(Method::shown).distinct().collect(Collectors.joining(", "))
                        + ". Remove the annotations that are not meant to have it, or set "
                        + String.join(", ", keys)
                        + " to false where no other method has the instance.");
    }
}
