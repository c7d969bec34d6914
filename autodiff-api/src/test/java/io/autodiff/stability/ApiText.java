package io.autodiff.stability;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a class promises to code outside of its module, as text: a line for the class, and one for each member that such code can use, sorted.
 * Nullness is part of it; names of parameters are not, nor is in which class that is not public a member is declared.
 */
final class ApiText {
    private static final Set<String> OF_OBJECT = Set.of("equals", "hashCode", "toString");

    private ApiText() {}

    /** Whether code outside can name the class. */
    static boolean isPublic(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
            if (!isVisible(c.getModifiers(), c.getEnclosingClass()) || c.isAnonymousClass() || c.isLocalClass()) {
                return false;
            }
        }
        return true;
    }

    static List<String> of(Class<?> type) {
        Set<String> members = new TreeSet<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor.getModifiers(), type)) {
                members.add(executable(constructor, ""));
            }
        }
        addMembers(type, type, members);
        List<String> lines = new ArrayList<>();
        lines.add(header(type));
        members.forEach(member -> lines.add("    " + member));
        return lines;
    }

    /** Members of supertypes that are not public are members of those that are; from others they are inherited as everyone knows. */
    private static void addMembers(Class<?> type, Class<?> owner, Set<String> members) {
        for (Field field : owner.getDeclaredFields()) {
            if (isMember(field, type)) {
                members.add(
                        modifiers(field) + text(field.getAnnotatedType()) + " " + field.getName() + constant(field));
            }
        }
        for (Method method : owner.getDeclaredMethods()) {
            boolean known = OF_OBJECT.contains(method.getName()) || isOfEveryEnum(type, method);
            if (isMember(method, type) && !method.isBridge() && !known) {
                members.add(executable(method, text(method.getAnnotatedReturnType()) + " "));
            }
        }
        Stream.concat(Stream.ofNullable(owner.getSuperclass()), Arrays.stream(owner.getInterfaces()))
                .filter(supertype -> !isPublic(supertype))
                .forEach(supertype -> addMembers(type, supertype, members));
    }

    private static boolean isMember(Member member, Class<?> type) {
        return isVisible(member.getModifiers(), type) && !member.isSynthetic();
    }

    private static boolean isVisible(int modifiers, @Nullable Class<?> of) {
        boolean open = of == null || !Modifier.isFinal(of.getModifiers());
        return Modifier.isPublic(modifiers) || (Modifier.isProtected(modifiers) && open);
    }

    private static boolean isOfEveryEnum(Class<?> type, Method method) {
        return type.isEnum() && Set.of("values", "valueOf").contains(method.getName());
    }

    private static String header(Class<?> type) {
        int shown = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC;
        if (!type.isInterface() && !type.isEnum() && !type.isRecord()) {
            shown |= Modifier.ABSTRACT | Modifier.FINAL;
        }
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        StringBuilder line = new StringBuilder();
        String modifiers = Modifier.toString(type.getModifiers() & shown);
        line.append(modifiers).append(type.isSealed() ? " sealed " : " ").append(kind);
        line.append(' ').append(type.getName()).append(variables(type.getTypeParameters()));
        if (type.isRecord()) {
            line.append(Arrays.stream(type.getRecordComponents())
                    .map(ApiText::component)
                    .collect(Collectors.joining(", ", "(", ")")));
        }
        AnnotatedType superclass = type.getAnnotatedSuperclass();
        if (superclass != null && isListed(superclass) && !type.isEnum() && !type.isRecord()) {
            line.append(" extends ").append(text(superclass));
        }
        String interfaces = Arrays.stream(type.getAnnotatedInterfaces())
                .filter(ApiText::isListed)
                .map(ApiText::text)
                .collect(Collectors.joining(", "));
        return line + (interfaces.isEmpty() ? "" : (type.isInterface() ? " extends " : " implements ") + interfaces);
    }

    private static String component(RecordComponent component) {
        return text(component.getAnnotatedType()) + " " + component.getName();
    }

    private static boolean isListed(AnnotatedType supertype) {
        Class<?> raw = (Class<?>)
                (supertype.getType() instanceof ParameterizedType type ? type.getRawType() : supertype.getType());
        return raw != Object.class && isPublic(raw);
    }

    private static String executable(Executable executable, String result) {
        // A type that is not static passes its instance along as a parameter, which has no annotated type.
        String parameters = Arrays.stream(executable.getAnnotatedParameterTypes())
                .map(ApiText::text)
                .collect(Collectors.joining(", ", "(", ")"));
        String thrown = Arrays.stream(executable.getAnnotatedExceptionTypes())
                .map(ApiText::text)
                .collect(Collectors.joining(", "));
        String name = executable instanceof Method ? executable.getName() : "new";
        String generic = variables(executable.getTypeParameters());
        return modifiers(executable)
                + (generic.isEmpty() ? "" : generic + " ")
                + result
                + name
                + (executable.isVarArgs() ? parameters.replaceAll("\\[]\\)$", "...)") : parameters)
                + (thrown.isEmpty() ? "" : " throws " + thrown);
    }

    private static String modifiers(Member member) {
        int shown = Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT;
        Class<?> owner = member.getDeclaringClass();
        if (owner.isInterface() && member instanceof Field) {
            shown = 0;
        } else if (Modifier.isFinal(owner.getModifiers()) && member instanceof Executable) {
            shown &= ~Modifier.FINAL;
        }
        String text = Modifier.toString(member.getModifiers() & shown);
        String isDefault = member instanceof Method method && method.isDefault() ? "default " : "";
        return isDefault + (text.isEmpty() ? "" : text + " ");
    }

    /** What a compiler copies into code that uses it. */
    private static String constant(Field field) {
        boolean inlined = field.getType().isPrimitive() || field.getType() == String.class;
        int modifiers = field.getModifiers();
        if (!inlined
                || !Modifier.isPublic(modifiers)
                || !Modifier.isStatic(modifiers)
                || !Modifier.isFinal(modifiers)) {
            return "";
        }
        try {
            return " = " + field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field.toString(), e);
        }
    }

    private static String variables(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Arrays.stream(variables)
                        .map(variable -> variable.getName() + bounds(" extends ", variable.getAnnotatedBounds()))
                        .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String bounds(String word, AnnotatedType[] bounds) {
        String text = Arrays.stream(bounds).map(ApiText::text).collect(Collectors.joining(" & "));
        return text.isEmpty() || text.equals("Object") ? "" : word + text;
    }

    private static String text(AnnotatedType type) {
        String nullable = type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
        if (type instanceof AnnotatedArrayType array) {
            return text(array.getAnnotatedGenericComponentType()) + (nullable.isEmpty() ? "[]" : " @Nullable []");
        } else if (type instanceof AnnotatedParameterizedType parameterized) {
            Class<?> raw = (Class<?>) ((ParameterizedType) type.getType()).getRawType();
            return nullable
                    + name(raw)
                    + Arrays.stream(parameterized.getAnnotatedActualTypeArguments())
                            .map(ApiText::text)
                            .collect(Collectors.joining(", ", "<", ">"));
        } else if (type instanceof AnnotatedWildcardType wildcard) {
            return nullable + "?" + bounds(" super ", wildcard.getAnnotatedLowerBounds())
                    + bounds(" extends ", wildcard.getAnnotatedUpperBounds());
        }
        return nullable
                + (type.getType() instanceof Class<?> c
                        ? name(c)
                        : type.getType().getTypeName());
    }

    private static String name(Class<?> type) {
        return type.getName().replaceFirst("^java\\.lang\\.(?=[A-Z])", "");
    }
}
