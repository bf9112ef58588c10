/** The CI/CD variables of a project and its groups. Every method rejects with a `GitLabError`. */
export interface CiVariables {
  /** Keys and flags; values are dropped as soon as they arrive. */
  variables(projectId: number): Promise<Variable[]>;
  /** A group's variables, which only its Owners may read; `path` is its full path. */
  groupVariables(path: string): Promise<Variable[]>;
  /** The instance's variables, which only its administrators may read. */
  instanceVariables(): Promise<Variable[]>;
  /** Creates a variable and returns the result, since servers drop flags that they do not know. */
  createVariable(projectId: number, variable: NewVariable): Promise<Variable>;
  /** Changes the variable with exactly this scope; a hidden one stays hidden, and no other can become so. */
  updateVariable(projectId: number, which: VariableName, change: VariableChange): Promise<void>;
  deleteVariable(projectId: number, which: VariableName): Promise<void>;
}

/** What identifies a variable: several may share a key, each for its own environments. */
export interface VariableName {
  key: string;
  environmentScope: string;
}

export interface Variable extends VariableName {
  protected: boolean;
  masked: boolean;
  /** Undefined on servers before 17.4, which cannot hide variables. */
  hidden: boolean | undefined;
  /** Whether `$` in the value is literal; undefined on servers before 15.7, which always expand it. */
  raw: boolean | undefined;
  type: 'env_var' | 'file';
}

/** A variable that is protected, masked, raw, and (if supported) hidden. */
export interface NewVariable extends VariableName {
  value: string;
  description: string;
}

/** Omitted fields stay unchanged. */
export interface VariableChange {
  value?: string;
  protected?: true;
  masked?: true;
  raw?: true;
  type?: 'env_var';
  environmentScope?: string;
}
