package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.xml.XmlVisitor;
import org.openrewrite.xml.tree.Content;
import org.openrewrite.xml.tree.Xml;

/**
 * Replaces the dependencies of another library in a POM: each by its counterpart, with its scope, its exclusions and
 * whether it is optional. Several with one counterpart become one, for the widest of their scopes.
 */
final class PomMove extends XmlVisitor<ExecutionContext> {

    private static final String COMPILE = "compile";

    private final Dependencies dependencies;

    private final Options options;

    private final Consumer<Left> left;

    /**
     * What is to be done with a POM.
     *
     * @param keepForeign whether the dependencies of the library stay beside the new ones
     * @param added the artifact that is added where it is missing; null if none is
     * @param addedScope its scope; empty for that of the main code
     * @param resolved the value of a text with properties
     * @param managed whether the build gives an artifact of this library its version
     * @param unused whether a property only had the version of what is replaced
     */
    record Options(
            boolean keepForeign,
            @Nullable String added,
            String addedScope,
            UnaryOperator<String> resolved,
            Predicate<String> managed,
            Predicate<String> unused) {}

    /**
     * @param library the library, as in the mapping table
     * @param left takes dependencies that nothing replaces
     */
    PomMove(String library, Options options, Consumer<Left> left) {
        this.dependencies = new Dependencies(library);
        this.options = options;
        this.left = left;
    }

    @Override
    public Xml visitDocument(Xml.Document document, ExecutionContext ctx) {
        Xml.Document visited = (Xml.Document) super.visitDocument(document, ctx);
        Xml.Tag root = visited.getRoot();
        if (options.added() != null && root.getChild("dependencies").isEmpty()) {
            visited = visited.withRoot(withDependencies(root, options.added()));
        }
        if (!options.keepForeign()) {
            leave(visited.getRoot(), List.of());
        }
        return visited;
    }

    /** The project with a block of dependencies, before its build. */
    private Xml.Tag withDependencies(Xml.Tag root, String artifact) {
        String indent = root.getChildren().isEmpty()
                ? "\n    "
                : root.getChildren().get(0).getPrefix();
        indent = indent.substring(Math.max(0, indent.lastIndexOf('\n')));
        String inner = indent + (indent.contains("\t") ? "\t" : "    ");
        Xml.Tag empty =
                Xml.Tag.build("<dependencies>" + indent + "</dependencies>").withPrefix(indent);
        Xml.Tag dependency = Xml.Tag.build("<dependency/>").withPrefix(inner);
        Xml.Tag added = empty.withContent(List.of(added(dependency, artifact)));
        List<Content> contents = new ArrayList<>(contents(root));
        int position = 0;
        while (position < contents.size()
                && !(contents.get(position) instanceof Xml.Tag tag
                        && Set.of("build", "profiles", "reporting").contains(tag.getName()))) {
            position++;
        }
        contents.add(position, added);
        return root.withContent(contents);
    }

    /** Lists what still names the library. */
    private void leave(Xml.Tag tag, List<String> above) {
        List<String> path = new ArrayList<>(above);
        path.add(tag.getName());
        tag.getChildren().forEach(child -> leave(child, path));
        String group = dependencies.group();
        String value = tag.getValue().map(String::strip).orElse("");
        if (group.isEmpty() || !options.resolved().apply(value).contains(group)) {
            return;
        }
        String owner = above.isEmpty() ? "" : above.get(above.size() - 1);
        boolean dependency = owner.equals("dependency") && isReplaceable(above.subList(0, above.size() - 2));
        if (dependency) {
            return; // listed with its artifact
        }
        left.accept(new Left(
                String.join("/", path) + ": " + value,
                owner.equals("exclusion")
                        ? "The exclusion has an effect only as long as something else brings it. Remove it if nothing does."
                        : "It names " + group + ". Remove it, or name " + Dependencies.GROUP + "."));
    }

    /** Whether dependencies beneath some tags are those of a project, and not of a plugin. */
    private static boolean isReplaceable(List<String> above) {
        return !above.contains("plugin");
    }

    @Override
    public Xml visitTag(Xml.Tag tag, ExecutionContext ctx) {
        Xml.Tag visited = (Xml.Tag) super.visitTag(tag, ctx);
        if (visited.getContent() == null) {
            return visited;
        }
        List<String> above = getCursor()
                .getPathAsStream(Xml.Tag.class::isInstance)
                .skip(1)
                .map(parent -> ((Xml.Tag) parent).getName())
                .toList();
        if (visited.getName().equals("properties") && above.equals(List.of("project"))) {
            return withoutUnused(visited);
        }
        if (!visited.getName().equals("dependencies") || !isReplaceable(above)) {
            return visited;
        }
        boolean managed = above.get(0).equals("dependencyManagement");
        return replaced(visited, managed, above.equals(List.of("project")));
    }

    private Xml.Tag withoutUnused(Xml.Tag properties) {
        List<Content> contents = new ArrayList<>(contents(properties));
        boolean changed = contents.removeIf(
                content -> content instanceof Xml.Tag tag && options.unused().test(tag.getName()));
        return changed ? properties.withContent(contents) : properties;
    }

    private Xml.Tag replaced(Xml.Tag block, boolean managed, boolean ofProject) {
        Map<String, List<Xml.Tag>> replaced = new LinkedHashMap<>();
        Map<String, Xml.Tag> present = new LinkedHashMap<>();
        for (Xml.Tag dependency : block.getChildren("dependency")) {
            String replacement = replacement(dependency);
            if (!replacement.isEmpty()) {
                replaced.computeIfAbsent(replacement, name -> new ArrayList<>()).add(dependency);
            } else if (value(dependency, "groupId").equals(Dependencies.GROUP)) {
                present.put(value(dependency, "artifactId"), dependency);
            }
        }
        Map<String, Xml.Tag> written = new LinkedHashMap<>();
        replaced.forEach((artifact, all) -> {
            Xml.Tag merged = merged(artifact, all, present.get(artifact));
            boolean plain = !managed
                    && options.managed().test(artifact)
                    && all.stream().allMatch(tag -> tag.getChild("version").isEmpty());
            written.put(artifact, plain && !isSame(merged, present.get(artifact)) ? withoutVersion(merged) : merged);
        });
        Xml.Tag starter = written.getOrDefault(Dependencies.STARTER, present.get(Dependencies.STARTER));
        Xml.Tag core = written.get(Dependencies.CORE);
        if (!managed && starter != null && core != null && covers(starter, core)) {
            written.remove(Dependencies.CORE); // the starter brings it
        }
        List<Content> contents = new ArrayList<>();
        boolean changed = false;
        for (Content content : contents(block)) {
            if (!(content instanceof Xml.Tag dependency)
                    || !dependency.getName().equals("dependency")) {
                contents.add(content);
                continue;
            }
            String replacement = replacement(dependency);
            String ours =
                    value(dependency, "groupId").equals(Dependencies.GROUP) ? value(dependency, "artifactId") : "";
            if (written.containsKey(ours)) {
                contents.add(written.remove(ours)); // with a wider scope
                changed |= contents.get(contents.size() - 1) != dependency;
                continue;
            } else if (replacement.isEmpty()) {
                leaveDependency(dependency);
                contents.add(dependency);
                continue;
            }
            Xml.Tag here = written.remove(replacement);
            boolean later = present.containsKey(replacement);
            if (here != null && later) {
                written.put(replacement, here); // at the one that is there
            } else if (here != null) {
                contents.add(here.withPrefix(dependency.getPrefix()));
                changed = true;
            }
            if (options.keepForeign()) {
                contents.add(dependency);
            } else {
                changed = true;
            }
        }
        String added = options.added();
        boolean missing = ofProject
                && added != null
                && !present.containsKey(added)
                && !present.containsKey(Dependencies.STARTER)
                && !replaced.containsKey(added);
        if (missing && added != null) {
            List<Xml.Tag> children = block.getChildren();
            Xml.Tag last = children.isEmpty()
                    ? Xml.Tag.build("<dependency/>").withPrefix(block.getPrefix() + "    ")
                    : children.get(children.size() - 1);
            contents.add(added(last.withContent(null), added));
            changed = true;
        }
        return changed ? block.withContent(contents) : block;
    }

    private static boolean isSame(Xml.Tag tag, Xml.@Nullable Tag other) {
        return other != null && tag.getId().equals(other.getId());
    }

    private static List<? extends Content> contents(Xml.Tag tag) {
        return tag.getContent() == null ? List.of() : tag.getContent();
    }

    /** What replaces a dependency; empty if nothing does, as for the sources or the tests of an artifact. */
    private String replacement(Xml.Tag dependency) {
        String type = value(dependency, "type");
        boolean plain = value(dependency, "classifier").isEmpty()
                && Set.of("", "jar", "pom").contains(type);
        return plain ? dependencies.replacement(value(dependency, "groupId"), value(dependency, "artifactId")) : "";
    }

    private void leaveDependency(Xml.Tag dependency) {
        String group = value(dependency, "groupId");
        String artifact = value(dependency, "artifactId");
        boolean other = !dependencies.replacement(group, artifact).isEmpty();
        String reason = other
                ? "The recipe replaces jars alone, and this is another file of the artifact. Remove it, or find its"
                        + " counterpart."
                : dependencies.reason(group, artifact);
        if (!reason.isEmpty()) {
            left.accept(new Left(artifact, reason));
        }
    }

    private String value(Xml.Tag tag, String name) {
        return options.resolved()
                .apply(tag.getChildValue(name).map(String::strip).orElse(""));
    }

    /** One dependency for several, and for the one that is there. */
    private Xml.Tag merged(String artifact, List<Xml.Tag> all, Xml.@Nullable Tag present) {
        String scope = scope(all.get(0));
        for (Xml.Tag tag : all) {
            scope = widest(scope, scope(tag));
        }
        if (present != null && covers(scope(present), scope)) {
            return present;
        }
        boolean optional = all.stream().allMatch(tag -> value(tag, "optional").equals("true"));
        Map<String, String> parts = new LinkedHashMap<>();
        String type = value(all.get(0), "type");
        if (!type.isEmpty()) {
            parts.put("type", type);
        }
        if (!scope.equals(COMPILE)) {
            parts.put("scope", scope);
        }
        if (optional) {
            parts.put("optional", "true");
        }
        Set<String> exclusions = exclusions(all.get(0));
        all.subList(1, all.size()).forEach(tag -> exclusions.retainAll(exclusions(tag)));
        return written(present == null ? all.get(0) : present, artifact, parts, exclusions);
    }

    private String scope(Xml.Tag dependency) {
        String scope = value(dependency, "scope");
        return scope.isEmpty() ? COMPILE : scope;
    }

    private static String widest(String one, String other) {
        if (one.equals(other) || one.equals("test")) {
            return other;
        }
        return other.equals("test") ? one : COMPILE;
    }

    private static boolean covers(String scope, String other) {
        return scope.equals(COMPILE) || scope.equals(other) || other.equals("test");
    }

    private boolean covers(Xml.Tag starter, Xml.Tag core) {
        boolean optional = value(starter, "optional").equals("true")
                && !value(core, "optional").equals("true");
        return !optional && covers(scope(starter), scope(core));
    }

    /** What a dependency excludes, without what its counterpart does not have, or needs. */
    private Set<String> exclusions(Xml.Tag dependency) {
        Set<String> kept = new LinkedHashSet<>();
        dependency
                .getChild("exclusions")
                .ifPresent(all -> all.getChildren("exclusion").forEach(tag -> {
                    String group = value(tag, "groupId");
                    String artifact = value(tag, "artifactId");
                    if (group.equals("*")) {
                        leave(new Left(
                                "exclusion of " + group + ":" + artifact + " from " + value(dependency, "artifactId"),
                                "It was removed, because it would exclude what the counterpart needs. Exclude what is not"
                                        + " wanted by its name."));
                    } else if (group.equals(dependencies.group())) {
                        leave(new Left(
                                "exclusion of " + artifact + " from " + value(dependency, "artifactId"),
                                "It was removed, because the counterpart does not bring it. If it was meant to disable"
                                        + " something, do so by a setting."));
                    } else {
                        kept.add(group + ":" + artifact);
                    }
                }));
        return kept;
    }

    /** Lists what has an effect only where the other dependency does not stay. */
    private void leave(Left what) {
        if (!options.keepForeign()) {
            left.accept(what);
        }
    }

    private Xml.Tag added(Xml.Tag like, String artifact) {
        Xml.Tag written = written(like, artifact, options.addedScope());
        return options.managed().test(artifact) ? withoutVersion(written) : written;
    }

    private static Xml.Tag withoutVersion(Xml.Tag dependency) {
        return dependency.withContent(contents(dependency).stream()
                .filter(content ->
                        !(content instanceof Xml.Tag tag && tag.getName().equals("version")))
                .toList());
    }

    private static Xml.Tag written(Xml.Tag like, String artifact, String scope) {
        return written(like, artifact, scope.isEmpty() ? Map.of() : Map.of("scope", scope), Set.of());
    }

    private static Xml.Tag written(Xml.Tag like, String artifact, Map<String, String> parts, Set<String> exclusions) {
        String indent = like.getPrefix();
        String line = indent.substring(Math.max(0, indent.lastIndexOf('\n')));
        String step = line.contains("\t") ? "\t" : "    ";
        String inner = like.getChildren().isEmpty()
                ? line + step
                : like.getChildren().get(0).getPrefix();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("groupId", Dependencies.GROUP);
        all.put("artifactId", artifact);
        all.put("version", Dependencies.version());
        all.putAll(parts);
        StringBuilder text = new StringBuilder("<dependency>");
        all.forEach((name, value) -> text.append(inner).append(element(name, value)));
        if (!exclusions.isEmpty()) {
            text.append(inner).append("<exclusions>");
            for (String exclusion : exclusions) {
                String[] names = exclusion.split(":", 2);
                text.append(inner + step)
                        .append("<exclusion>")
                        .append(inner + step + step)
                        .append(element("groupId", names[0]))
                        .append(inner + step + step)
                        .append(element("artifactId", names[1]))
                        .append(inner + step)
                        .append("</exclusion>");
            }
            text.append(inner).append("</exclusions>");
        }
        return Xml.Tag.build(text.append(line).append("</dependency>").toString())
                .withPrefix(indent);
    }

    private static String element(String name, String value) {
        return "<" + name + ">" + value + "</" + name + ">";
    }
}
