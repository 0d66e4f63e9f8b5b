package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;

/**
 * Which recovery method of a class replaces the failures of which of its methods. Spring Retry finds it by its
 * parameters: the failure first, then those of the method, all or some of them. Here, it has a name, the parameters of
 * the method, all or none, and the failure last.
 *
 * @param fallbacks the names of the recovery methods, by the ids of the methods that fail
 * @param parameters the parameters of the recovery methods, by their ids
 * @param names their names, by their ids
 * @param shared those that recover methods with fallbacks of different names
 * @param ofClass the ids of methods with a recovery method that the annotation of their class, or of a type above it,
 *     retries
 * @param bridges what is added behind recovery methods that keep their parameters, by their ids
 * @param lost recovery methods that fit no method of the class
 * @param inherited the methods of classes above that a recovery method fits, and that have no recovery method there
 * @param unseen the methods of classes beneath that a recovery method fits, but for which there is none there
 * @param closed those of the methods with a circuit breaker that do not take the failure of an open circuit
 */
record Recoveries(
        Map<UUID, String> fallbacks,
        Map<UUID, List<Statement>> parameters,
        Map<UUID, String> names,
        Set<String> shared,
        Set<UUID> ofClass,
        Map<UUID, List<Bridge>> bridges,
        Set<J.MethodDeclaration> lost,
        Map<J.MethodDeclaration, Set<String>> inherited,
        Map<J.MethodDeclaration, Set<String>> unseen,
        Map<UUID, String> closed) {

    private static final int DEPTH = 8;

    static final Recoveries NONE = new Recoveries(
            Map.of(), Map.of(), Map.of(), Set.of(), Set.of(), Map.of(), Set.of(), Map.of(), Map.of(), Map.of());

    /** Those of a class. */
    static Recoveries of(J.ClassDeclaration declaration, JavaSourceFile file, Uses uses) {
        Recoveries found = ofOwn(declaration, file, uses);
        List<J.MethodDeclaration> methods = addFailing(declaration, file, uses, new LinkedHashMap<>());
        Uses.Source above = uses.parent(declaration).orElse(null);
        for (int depth = 0; above != null && depth < DEPTH && !methods.isEmpty(); depth++) {
            found.inherit(ofOwn(above.declaration(), above.file(), uses), methods);
            above = uses.parent(above.declaration()).orElse(null);
        }
        return found;
    }

    private static Recoveries ofOwn(J.ClassDeclaration declaration, JavaSourceFile file, Uses uses) {
        List<J.MethodDeclaration> recovering = FailureArguments.methods(declaration).stream()
                .filter(method -> isMarked(method.getLeadingAnnotations(), "Recover", file))
                .toList();
        Recoveries found = new Recoveries(
                new HashMap<>(),
                new HashMap<>(),
                new HashMap<>(),
                new TreeSet<>(),
                new HashSet<>(),
                new HashMap<>(),
                new LinkedHashSet<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new HashMap<>());
        Map<J.MethodDeclaration, Failing> failing = new LinkedHashMap<>();
        addFailing(declaration, file, uses, failing);
        List<J.MethodDeclaration> inVain = found.inVain(declaration, recovering, failing, uses);
        if (!recovering.isEmpty()) {
            for (Uses.Source heir : uses.heirs(declaration)) {
                Map<J.MethodDeclaration, Failing> beneath = new LinkedHashMap<>();
                addFailing(heir.declaration(), heir.file(), uses, beneath);
                List<J.MethodDeclaration> nearer = FailureArguments.methods(heir.declaration()).stream()
                        .filter(method -> isMarked(method.getLeadingAnnotations(), "Recover", heir.file()))
                        .toList();
                Set<String> named = named(beneath, uses);
                beneath.forEach((method, of) -> {
                    if (nearer.stream()
                            .noneMatch(each ->
                                    fits(each, method) && isMeant(each, method, named, of.file(), nearer, uses))) {
                        failing.put(method, new Failing(of.file(), of.inherited(), heir.declaration()));
                    }
                });
            }
        }
        Set<String> named = named(failing, uses);
        Map<J.MethodDeclaration, List<J.MethodDeclaration>> pairs = new LinkedHashMap<>();
        recovering.forEach(recovery -> pairs.put(
                recovery,
                failing.entrySet().stream()
                        .filter(method -> fits(recovery, method.getKey())
                                && isMeant(
                                        recovery,
                                        method.getKey(),
                                        named,
                                        method.getValue().file(),
                                        recovering,
                                        uses))
                        .filter(method -> method.getValue().heir() != null || !inVain.contains(recovery))
                        .filter(method -> found.isSeen(
                                recovery,
                                declaration,
                                method.getKey(),
                                method.getValue().heir(),
                                uses))
                        .map(Map.Entry::getKey)
                        .toList()));
        Set<J.MethodDeclaration> used = new HashSet<>();
        for (J.MethodDeclaration recovery : recovering) {
            boolean isOverridden = uses.heirs(declaration).stream()
                    .map(Uses.Source::declaration)
                    .anyMatch(heir -> FailureArguments.methods(heir).stream()
                            .anyMatch(each -> overrides(each, recovery, uses.bindings(heir, declaration))));
            if (isOverridden || uses.isUsed(recovery)) {
                used.add(recovery);
            }
        }
        failing.forEach((method, of) -> {
            pairs.forEach((recovery, methods) -> {
                if (methods.contains(method)) {
                    found.add(recovery, methods, method, used.contains(recovery), of.file());
                    if (of.inherited()) {
                        found.ofClass.add(method.getId());
                    }
                }
            });
        });
        failing.keySet().forEach(method -> found.separate(method, pairs, FailureArguments.methods(declaration)));
        failing.forEach((method, of) -> found.close(method, pairs, of.file(), uses.composed()));
        pairs.forEach((recovery, methods) -> {
            if (methods.isEmpty()
                    && !found.unseen.containsKey(recovery)
                    && !found.isOfInherited(recovery, declaration, uses)) {
                found.lost.add(recovery);
            }
        });
        return found;
    }

    /**
     * Whether a recovery method is for methods that its class inherits. It is called for them where it overrides the
     * recovery method that they have, and noted otherwise.
     */
    private boolean isOfInherited(J.MethodDeclaration recovery, J.ClassDeclaration owner, Uses uses) {
        List<Uses.Source> classes = new ArrayList<>();
        Uses.Source next = uses.parent(owner).orElse(null);
        for (int depth = 0; next != null && depth < DEPTH; depth++) {
            classes.add(next);
            next = uses.parent(next.declaration()).orElse(null);
        }
        boolean found = false;
        for (Uses.Source above : classes) {
            Map<String, String> variables = uses.bindings(owner, above.declaration());
            Map<J.MethodDeclaration, Failing> failing = new LinkedHashMap<>();
            addFailing(above.declaration(), above.file(), uses, failing);
            for (J.MethodDeclaration method : failing.keySet()) {
                if (!fits(recovery, method, variables)
                        || FailureArguments.methods(owner).stream()
                                .anyMatch(own -> overrides(own, method, variables))) {
                    continue;
                }
                found = true;
                boolean overrides = classes.stream()
                        .map(Uses.Source::declaration)
                        .anyMatch(type -> FailureArguments.methods(type).stream()
                                .anyMatch(former -> overrides(recovery, former, uses.bindings(owner, type))));
                if (!overrides) {
                    inherited
                            .computeIfAbsent(recovery, each -> new TreeSet<>())
                            .add(above.declaration().getSimpleName() + "." + method.getSimpleName());
                }
            }
        }
        return found;
    }

    /** Whether a method overrides another one, as far as their parameters show. */
    private static boolean overrides(
            J.MethodDeclaration method, J.MethodDeclaration above, Map<String, String> variables) {
        List<J.VariableDeclarations> own = variables(method);
        List<J.VariableDeclarations> others = variables(above);
        boolean same = method.getSimpleName().equals(above.getSimpleName())
                && own.size() == others.size()
                && !above.hasModifier(J.Modifier.Type.Private)
                && !above.hasModifier(J.Modifier.Type.Static);
        for (int i = 0; same && i < own.size(); i++) {
            String there = WrittenTypes.with(WrittenTypes.of(others.get(i)), variables);
            same = WrittenTypes.areSame(WrittenTypes.of(own.get(i)), there);
        }
        return same;
    }

    /** Takes the recovery methods of a class above for methods that have none in their own class. */
    private void inherit(Recoveries above, List<J.MethodDeclaration> methods) {
        for (J.MethodDeclaration method : methods) {
            UUID id = method.getId();
            String name = above.fallbacks.get(id);
            if (name != null && !fallbacks.containsKey(id)) {
                fallbacks.put(id, name);
                if (above.ofClass.contains(id)) {
                    ofClass.add(id);
                }
                if (above.closed.containsKey(id)) {
                    closed.put(id, name);
                }
            }
        }
    }

    private static Set<String> named(Map<J.MethodDeclaration, Failing> failing, Uses uses) {
        Set<String> named = new HashSet<>();
        failing.forEach((method, of) -> named.add(recover(method, of.file(), uses)));
        return named;
    }

    /** Adds the methods of a class that are retried, and returns them. */
    private static List<J.MethodDeclaration> addFailing(
            J.ClassDeclaration declaration, JavaSourceFile file, Uses uses, Map<J.MethodDeclaration, Failing> failing) {
        ComposedAnnotations composed = uses.composed();
        boolean all = composed.isAny(declaration.getLeadingAnnotations(), SpringAnnotations.RETRY + "Retryable", file)
                && !has(declaration.getLeadingAnnotations(), "recover", file)
                && !has(declaration.getLeadingAnnotations(), "interceptor", file);
        List<J.MethodDeclaration> added = new ArrayList<>();
        for (J.MethodDeclaration method : FailureArguments.methods(declaration)) {
            List<J.Annotation> annotations = method.getLeadingAnnotations();
            boolean marked = isMarked(annotations, "Retryable", file) || isMarked(annotations, "CircuitBreaker", file);
            if (has(annotations, "interceptor", file)) {
                continue; // its interceptor recovers it
            }
            boolean inherited = !marked
                    && (Uses.RETRYING.stream().anyMatch(name -> composed.isAny(annotations, name, file))
                            || (all && isCallable(method))
                            || uses.isRetriedAbove(declaration, method));
            if (!isMarked(annotations, "Recover", file) && (marked || inherited)) {
                failing.put(method, new Failing(file, inherited, null));
                added.add(method);
            }
        }
        return added;
    }

    /** Whether a method names a recovery method that does not fit it, so that the start would fail. */
    boolean isNamedInVain(J.MethodDeclaration method, JavaSourceFile file, Uses uses) {
        return !recover(method, file, uses).isEmpty() && fallback(method).isEmpty();
    }

    /**
     * A method that is retried.
     *
     * @param file its file
     * @param inherited whether the annotation of its class, or of a type above it, retries it
     * @param heir its class, where that is beneath the one of the recovery method
     */
    private record Failing(JavaSourceFile file, boolean inherited, J.@Nullable ClassDeclaration heir) {}

    /** Whether Spring Retry finds a recovery method, for which it looks among what the class of the bean declares. */
    private boolean isSeen(
            J.MethodDeclaration recovery,
            J.ClassDeclaration owner,
            J.MethodDeclaration method,
            J.@Nullable ClassDeclaration heir,
            Uses uses) {
        if (heir == null || isDeclaredAnew(recovery, owner, heir, uses)) {
            return true;
        }
        unseen.computeIfAbsent(recovery, each -> new TreeSet<>())
                .add(heir.getSimpleName() + "." + method.getSimpleName());
        return false;
    }

    /**
     * The recovery methods of an abstract class that have no effect on its own methods either, since none of the beans
     * beneath it declares them.
     */
    private List<J.MethodDeclaration> inVain(
            J.ClassDeclaration owner,
            List<J.MethodDeclaration> recovering,
            Map<J.MethodDeclaration, Failing> failing,
            Uses uses) {
        List<J.ClassDeclaration> beans = uses.heirs(owner).stream()
                .map(Uses.Source::declaration)
                .filter(heir -> !heir.hasModifier(J.Modifier.Type.Abstract)
                        && heir.getKind() == J.ClassDeclaration.Kind.Type.Class)
                .toList();
        if (!owner.hasModifier(J.Modifier.Type.Abstract) || beans.isEmpty()) {
            return List.of();
        }
        List<J.MethodDeclaration> inVain = new ArrayList<>();
        for (J.MethodDeclaration recovery : recovering) {
            List<J.MethodDeclaration> own = failing.keySet().stream()
                    .filter(method -> fits(recovery, method))
                    .toList();
            List<J.ClassDeclaration> without = beans.stream()
                    .filter(bean -> !isDeclaredAnew(recovery, owner, bean, uses))
                    .toList();
            if (own.isEmpty()) {
                continue;
            } else if (without.size() == beans.size()) {
                inVain.add(recovery);
            }
            without.forEach(bean -> own.forEach(method -> unseen.computeIfAbsent(recovery, each -> new TreeSet<>())
                    .add(bean.getSimpleName() + "." + method.getSimpleName())));
        }
        return inVain;
    }

    /** Whether a class has a method of one above it as its own: it overrides it, or the compiler adds it. */
    private static boolean isDeclaredAnew(
            J.MethodDeclaration recovery, J.ClassDeclaration owner, J.ClassDeclaration heir, Uses uses) {
        Map<String, String> variables = uses.bindings(heir, owner);
        boolean overrides =
                FailureArguments.methods(heir).stream().anyMatch(method -> overrides(method, recovery, variables));
        if (overrides) {
            return true;
        }
        // a public class has the public methods of one that is not public as bridges, with their annotations
        boolean bridged = isCallable(recovery)
                && !recovery.hasModifier(J.Modifier.Type.Final)
                && recovery.getBody() != null
                && heir.hasModifier(J.Modifier.Type.Public);
        J.ClassDeclaration above = heir;
        for (int depth = 0; bridged && depth < DEPTH && !above.getId().equals(owner.getId()); depth++) {
            above = uses.parent(above).map(Uses.Source::declaration).orElse(owner);
            bridged = !above.hasModifier(J.Modifier.Type.Public);
        }
        return bridged;
    }

    private void add(
            J.MethodDeclaration recovery,
            List<J.MethodDeclaration> methods,
            J.MethodDeclaration method,
            boolean used,
            JavaSourceFile file) {
        boolean several = methods.stream()
                        .map(each -> Bridges.types(reordered(recovery, each)))
                        .distinct()
                        .count()
                > 1;
        List<Statement> reordered = reordered(recovery, method);
        boolean moves = !Bridges.types(reordered).equals(Bridges.types(recovery.getParameters()));
        String own = recovery.getSimpleName();
        String other = several || (used && moves) ? own + "Fallback" : own;
        String name = fallbacks.computeIfAbsent(method.getId(), id -> names.getOrDefault(recovery.getId(), other));
        if (several || (used && (moves || !name.equals(own)))) {
            Bridge bridge = new Bridge(name, reordered);
            List<Bridge> all = bridges.computeIfAbsent(recovery.getId(), id -> new ArrayList<>());
            if (all.stream().noneMatch(bridge::isLike)) {
                all.add(bridge);
            }
            return;
        }
        String former = names.putIfAbsent(recovery.getId(), name);
        if (former != null && !former.equals(name) && !has(method.getLeadingAnnotations(), "recover", file)) {
            shared.add(own);
        }
        parameters.putIfAbsent(recovery.getId(), reordered);
    }

    /** Gives a method a fallback of its own where one of the same name would get its arguments, and not the failure. */
    private void separate(
            J.MethodDeclaration method,
            Map<J.MethodDeclaration, List<J.MethodDeclaration>> pairs,
            List<J.MethodDeclaration> methods) {
        String name = fallback(method);
        Optional<List<J.VariableDeclarations>> taken = name.isEmpty() ? Optional.empty() : taken(name, method, pairs);
        if (taken.isEmpty()) {
            return;
        }
        String other = name + "Fallback";
        while (isNamed(other, methods) || taken(other, method, pairs).isPresent()) {
            other += "Fallback";
        }
        fallbacks.put(method.getId(), other);
        List<J.VariableDeclarations> given = variables(method);
        for (Map.Entry<J.MethodDeclaration, List<J.MethodDeclaration>> pair : pairs.entrySet()) {
            J.MethodDeclaration recovery = pair.getKey();
            if (!pair.getValue().contains(method)) {
                continue;
            }
            List<J.VariableDeclarations> own = variables(recovery);
            List<Statement> both = parameters.getOrDefault(recovery.getId(), reordered(recovery, method));
            if (given.size() == 1 && own.size() == 1 && withoutFailure(recovery).isEmpty()) {
                both = FailureArguments.withArgument(
                        FailureArguments.argument(method, taken.get().get(0)), own.get(0));
            }
            Bridge bridge = new Bridge(other, both);
            List<Bridge> all = bridges.computeIfAbsent(recovery.getId(), id -> new ArrayList<>());
            if (all.stream().noneMatch(bridge::isLike)) {
                all.add(bridge);
            }
        }
    }

    /** The parameters of a fallback method of a name that would get the arguments of a method. */
    private Optional<List<J.VariableDeclarations>> taken(
            String name, J.MethodDeclaration method, Map<J.MethodDeclaration, List<J.MethodDeclaration>> pairs) {
        List<List<J.VariableDeclarations>> named = new ArrayList<>();
        for (J.MethodDeclaration recovery : pairs.keySet()) {
            if (withoutFailure(recovery).size() == variables(recovery).size()) {
                continue; // it takes no failure
            }
            if (name(recovery).equals(name)) {
                named.add(variables(parameters(recovery)));
            }
            bridges.getOrDefault(recovery.getId(), List.of()).stream()
                    .filter(bridge -> bridge.name().equals(name))
                    .forEach(bridge -> named.add(variables(bridge.parameters())));
        }
        return named.stream()
                .filter(each -> FailureArguments.isTakenForArguments(each, method))
                .findFirst();
    }

    private static boolean isNamed(String name, List<J.MethodDeclaration> methods) {
        return methods.stream().anyMatch(method -> method.getSimpleName().equals(name));
    }

    /** There, the recovery method of an open circuit gets the last failure. */
    private void close(
            J.MethodDeclaration method,
            Map<J.MethodDeclaration, List<J.MethodDeclaration>> pairs,
            JavaSourceFile file,
            ComposedAnnotations composed) {
        List<J.MethodDeclaration> own = pairs.entrySet().stream()
                .filter(pair -> pair.getValue().contains(method))
                .map(Map.Entry::getKey)
                .toList();
        boolean takes = own.stream()
                .anyMatch(each -> Bridges.takesOpenCircuit(
                        each, withoutFailure(each).size() < variables(each).size()));
        if (own.isEmpty()
                || takes
                || !composed.isAny(method.getLeadingAnnotations(), SpringAnnotations.RETRY + "CircuitBreaker", file)) {
            return;
        }
        J.MethodDeclaration first = own.get(0);
        boolean same = own.stream()
                        .map(each -> each.getBody() == null ? "" : CodeCounterparts.text(each.getBody()))
                        .distinct()
                        .count()
                == 1;
        List<Statement> reordered = reordered(first, method);
        if (same && own.stream().allMatch(Bridges::ignoresFailure)) {
            bridges.computeIfAbsent(first.getId(), id -> new ArrayList<>())
                    .add(new Bridge(fallback(method), reordered, true));
        } else {
            closed.put(method.getId(), fallback(method));
        }
    }

    /** The type of the failure that a recovery method takes, as it is written. */
    static String failure(J.MethodDeclaration recovery) {
        return String.valueOf(variables(recovery).get(0).getTypeExpression());
    }

    /**
     * A method that calls a recovery method, which keeps its parameters.
     *
     * @param name its name
     * @param parameters its parameters
     * @param open whether it is for the failure of an open circuit, which the recovery method never looks at
     */
    record Bridge(String name, List<Statement> parameters, boolean open) {

        Bridge(String name, List<Statement> parameters) {
            this(name, parameters, false);
        }

        boolean isLike(Bridge other) {
            return name.equals(other.name)
                    && open == other.open
                    && Bridges.types(parameters).equals(Bridges.types(other.parameters));
        }
    }

    /** Whether a method is retried by the annotation of its class, and has a recovery method. */
    boolean isOfClass(J.MethodDeclaration method) {
        return ofClass.contains(method.getId());
    }

    /** Whether a method may have a recovery method: the one it names, or one that no other method names. */
    private static boolean isMeant(
            J.MethodDeclaration recovery,
            J.MethodDeclaration method,
            Set<String> named,
            JavaSourceFile file,
            List<J.MethodDeclaration> recovering,
            Uses uses) {
        String own = recover(method, file, uses);
        String name = recovery.getSimpleName();
        if (!own.isEmpty()) {
            return own.equals(name);
        }
        return !named.contains(name) // else only where no other one fits
                || recovering.stream().noneMatch(other -> !other.getSimpleName().equals(name) && fits(other, method));
    }

    /** The name of the recovery method that a method names; empty if it names none. */
    private static String recover(J.MethodDeclaration method, JavaSourceFile file, Uses uses) {
        return method.getLeadingAnnotations().stream()
                .map(annotation -> uses.composed().recover(annotation, file))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    static boolean isCallable(J.MethodDeclaration method) {
        return method.hasModifier(J.Modifier.Type.Public)
                && !method.hasModifier(J.Modifier.Type.Static)
                && !method.isConstructor();
    }

    /** The name of the recovery method of a method; empty if it has none. */
    String fallback(J.MethodDeclaration method) {
        return fallbacks.getOrDefault(method.getId(), "");
    }

    /** The parameters of a method after the move. */
    List<Statement> parameters(J.MethodDeclaration method) {
        return parameters.getOrDefault(method.getId(), method.getParameters());
    }

    /** The name of a method after the move. */
    String name(J.MethodDeclaration method) {
        return names.getOrDefault(method.getId(), method.getSimpleName());
    }

    /** Whether annotations of the library have an attribute, such as the name of the recovery method. */
    private static boolean has(List<J.Annotation> annotations, String attribute, JavaSourceFile file) {
        return annotations.stream()
                .filter(annotation -> Trees.typeName(annotation, file).startsWith(SpringAnnotations.RETRY))
                .anyMatch(annotation -> Trees.arguments(annotation).containsKey(attribute));
    }

    private static boolean isMarked(List<J.Annotation> annotations, String name, JavaSourceFile file) {
        return annotations.stream()
                .anyMatch(annotation -> Trees.typeName(annotation, file).equals(SpringAnnotations.RETRY + name));
    }

    private static boolean fits(J.MethodDeclaration recovery, J.MethodDeclaration method) {
        return fits(recovery, method, Map.of());
    }

    /**
     * Whether a recovery method has the result and the parameters of a method.
     *
     * @param bound what the type variables of the method are in the class of the recovery method
     */
    private static boolean fits(J.MethodDeclaration recovery, J.MethodDeclaration method, Map<String, String> bound) {
        List<J.VariableDeclarations> own = withoutFailure(recovery);
        List<J.VariableDeclarations> given = variables(method);
        if (own.size() > given.size()
                || !WrittenTypes.areSame(
                        WrittenTypes.of(recovery.getReturnTypeExpression()),
                        WrittenTypes.with(WrittenTypes.of(method.getReturnTypeExpression()), bound))) {
            return false;
        }
        for (int i = 0; i < own.size(); i++) {
            if (!WrittenTypes.areSame(
                    WrittenTypes.of(own.get(i)), WrittenTypes.with(WrittenTypes.of(given.get(i)), bound))) {
                return false;
            }
        }
        return true;
    }

    private static List<Statement> reordered(J.MethodDeclaration recovery, J.MethodDeclaration method) {
        List<J.VariableDeclarations> own = withoutFailure(recovery);
        List<J.VariableDeclarations> all = variables(recovery);
        if (own.isEmpty()) {
            return recovery.getParameters();
        }
        List<Statement> parameters = new ArrayList<>(own);
        List<J.VariableDeclarations> given = variables(method);
        for (int i = own.size(); i < given.size(); i++) {
            J.VariableDeclarations added =
                    given.get(i).withId(org.openrewrite.Tree.randomId()).withLeadingAnnotations(List.of());
            List<String> names = new ArrayList<>(Bridges.names(recovery));
            names.addAll(Bridges.names(parameters));
            String name = added.getVariables().get(0).getSimpleName();
            String free = name;
            for (int number = 2; names.contains(free); number++) {
                free = name + number;
            }
            parameters.add(free.equals(name) ? added : FailureArguments.renamed(added, free));
        }
        if (own.size() < all.size()) {
            parameters.add(all.get(0));
        }
        List<Statement> spaced = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Statement parameter =
                    i < parameters.size() - 1 && parameters.get(i) instanceof J.VariableDeclarations variable
                            ? asArray(variable)
                            : parameters.get(i);
            spaced.add(parameter.withPrefix(spaced.isEmpty() ? Space.EMPTY : Space.SINGLE_SPACE));
        }
        return spaced;
    }

    /** A parameter for any number of values that is not the last one any more. */
    private static J.VariableDeclarations asArray(J.VariableDeclarations variable) {
        if (variable.getVarargs() == null || variable.getTypeExpression() == null) {
            return variable;
        }
        Space prefix = variable.getTypeExpression().getPrefix();
        return variable.withVarargs(null)
                .withTypeExpression(
                        Trees.identifier(type(variable), variable.getType()).withPrefix(prefix));
    }

    /** The type of a parameter as an array, whichever way it is written. */
    private static String type(J.VariableDeclarations variable) {
        String type = variable.getTypeExpression() == null ? "" : CodeCounterparts.text(variable.getTypeExpression());
        int behind = variable.getVariables().get(0).getDimensionsAfterName().size();
        return type.replace(" []", "[]") + "[]".repeat(behind) + (variable.getVarargs() == null ? "" : "[]");
    }

    private static List<J.VariableDeclarations> variables(J.MethodDeclaration method) {
        return variables(method.getParameters());
    }

    private static List<J.VariableDeclarations> variables(List<Statement> parameters) {
        List<J.VariableDeclarations> variables = new ArrayList<>();
        for (Statement parameter : parameters) {
            if (parameter instanceof J.VariableDeclarations variable) {
                variables.add(variable);
            }
        }
        return variables;
    }

    private static List<J.VariableDeclarations> withoutFailure(J.MethodDeclaration recovery) {
        List<J.VariableDeclarations> variables = variables(recovery);
        boolean failure = !variables.isEmpty() && FailureArguments.isFailure(variables.get(0));
        return failure ? variables.subList(1, variables.size()) : variables;
    }
}
