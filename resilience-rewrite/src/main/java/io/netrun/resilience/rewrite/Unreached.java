package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;

/**
 * Annotations that do not reach the method which runs: the aspects of resilience4j look at the class that declares it
 * alone, this library also at what is above.
 *
 * @param hierarchy the classes of all sources
 * @param file the file of the annotations
 * @param left takes what was left
 */
record Unreached(Hierarchy hierarchy, JavaSourceFile file, Consumer<Left> left) {

    /** What makes a class of an interface, whose methods then have its annotations. */
    private static final Set<String> CLIENTS = Set.of(
            "FeignClient",
            "HttpExchange",
            "HttpServiceClient",
            "Mapper",
            "MessagingGateway",
            "RSocketExchange",
            "RegisterRestClient",
            "Repository",
            "RepositoryDefinition",
            "RetrofitClient");

    /** Whether an annotation of a class has no effect there and would have one here; otherwise lists what differs. */
    boolean isInVain(J.ClassDeclaration owner, J.Annotation annotation) {
        String pattern = ProtectedMethods.pattern(annotation, file);
        if (pattern == null) {
            return false;
        }
        List<Hierarchy.Type> beneath = hierarchy.beneath(Hierarchy.name(owner, file));
        List<Hierarchy.Type> others = beneath.stream()
                .filter(type -> !type.patterns().contains(pattern))
                .toList();
        boolean isInterface = owner.getKind() == J.ClassDeclaration.Kind.Type.Interface;
        String what = "@" + annotation.getSimpleName() + " at " + owner.getSimpleName();
        leaveFallback(
                what,
                annotation,
                beneath.stream().filter(type -> type.isWithoutFallback(pattern)).toList());
        if (others.isEmpty()) {
            return false;
        } else if (!isInterface) {
            leave(
                    what,
                    "There, it is not for the methods of classes beneath, " + names(others)
                            + "; here, it is. Put it on the methods instead, if these are not to have it.");
            return false;
        } else if (isClient(owner)) {
            leave(
                    what,
                    "There, it has no effect on classes that implement the interface, " + names(others)
                            + "; here, it has. Give the interface to the client alone, if these are not to have it.");
            return false;
        }
        leave(
                what,
                "It had no effect on classes that implement the interface, " + names(others)
                        + ", and would have one here, so it was removed. Put the one of this library on the classes if"
                        + " it is meant.");
        return true;
    }

    /** The same for an annotation of a method. */
    boolean isInVain(J.ClassDeclaration owner, J.MethodDeclaration method, J.Annotation annotation) {
        String pattern = ProtectedMethods.pattern(annotation, file);
        if (pattern == null || method.isConstructor()) {
            return false;
        } else if (method.hasModifier(J.Modifier.Type.Private) || method.hasModifier(J.Modifier.Type.Static)) {
            boolean isStatic = method.hasModifier(J.Modifier.Type.Static);
            leave(
                    what(owner, method, annotation),
                    "It had no effect, since no proxy can have a " + (isStatic ? "static" : "private")
                            + " method, and the start would fail here, so it was removed. Put the one of this library"
                            + " on a method that other beans call, if it is meant.");
            return true;
        } else if (method.hasModifier(J.Modifier.Type.Final)) {
            leave(
                    what(owner, method, annotation),
                    "There, it has no effect on a final method, unless the proxy is one of an interface; here, the"
                            + " start fails. Remove final if it is meant, and the annotation otherwise.");
        }
        List<Hierarchy.Type> beneath = hierarchy.beneath(Hierarchy.name(owner, file));
        String signature = Hierarchy.signature(method);
        List<Hierarchy.Type> overriding = beneath.stream()
                .filter(type -> type.overrides(signature, pattern) || (type.isLambda() && method.getBody() == null))
                .toList();
        boolean isInterface = owner.getKind() == J.ClassDeclaration.Kind.Type.Interface;
        boolean runs = method.getBody() != null;
        String what = what(owner, method, annotation);
        leaveFallback(
                what,
                annotation,
                beneath.stream()
                        .filter(type -> type.isWithoutFallback(signature, pattern))
                        .toList());
        if (overriding.isEmpty()) {
            return false;
        } else if (runs || (isInterface && isClient(owner))) {
            leave(
                    what,
                    "There, it has no effect where the method is "
                            + (isInterface ? "implemented by a class" : "overridden")
                            + ", in " + names(overriding)
                            + "; here, it has. Put it on the methods that are meant, and rename this one, if these are"
                            + " not to have it.");
            return false;
        }
        leave(
                what,
                "It had no effect on the classes that implement the method, " + names(overriding)
                        + ", and would have one here, so it was removed. Put the one of this library on their methods"
                        + " if it is meant.");
        return true;
    }

    /** Lists classes whose own annotation replaces one with a fallback: here, it replaces the pattern alone. */
    private void leaveFallback(String what, J.Annotation annotation, List<Hierarchy.Type> without) {
        Expression fallback = ProtectedMethods.fallback(annotation);
        if (fallback != null && !without.isEmpty()) {
            leave(
                    what,
                    "There, the annotations without a fallback beneath it, in " + names(without)
                            + ", replace it with its fallback, " + ProtectedMethods.name(fallback)
                            + "; here, the fallback is for them, too. Add @Fallback there, with a method that throws the"
                            + " failure that it gets, if they are not to have it.");
        }
    }

    private static String what(J.ClassDeclaration owner, J.MethodDeclaration method, J.Annotation annotation) {
        return "@" + annotation.getSimpleName() + " at " + owner.getSimpleName() + "." + method.getSimpleName();
    }

    private void leave(String what, String reason) {
        left.accept(new Left(what, reason));
    }

    private static String names(List<Hierarchy.Type> types) {
        return types.stream()
                .map(Hierarchy.Type::simpleName)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** Whether a library makes the class of an interface. */
    private static boolean isClient(J.ClassDeclaration owner) {
        return areOfClient(owner.getLeadingAnnotations())
                || FailureArguments.methods(owner).stream()
                        .anyMatch(method -> areOfClient(method.getLeadingAnnotations()))
                || (owner.getImplements() != null
                        && owner.getImplements().stream()
                                .anyMatch(type ->
                                        withoutArguments(type.toString()).endsWith("Repository")));
    }

    private static boolean areOfClient(@Nullable List<J.Annotation> annotations) {
        return annotations != null
                && annotations.stream()
                        .map(J.Annotation::getSimpleName)
                        .anyMatch(name -> CLIENTS.contains(name) || name.endsWith("Exchange"));
    }

    private static String withoutArguments(String type) {
        return type.replaceAll("(?s)<.*>", "").strip();
    }
}
